"""The branch at this minute: what triage reads, what the side panel and the status strip show."""

from collections.abc import Mapping, Sequence

from lobby_app.domain.business import Priority
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.floor import ChannelState, Floor
from lobby_app.domain.ports import DeviceReport
from lobby_app.domain.replication import Link
from lobby_app.domain.text import Text
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.services.desk import Desk
from lobby_app.services.queues import OrdinaryWaits, Queues, read_queues
from lobby_app.services.views import (
    DeskStatus,
    DeviceView,
    FloorView,
    QueueView,
    RecentTicket,
    Session,
    Visit,
)

_RECENT = 6


def floor_of(
    desk: Desk,
    visit: Visit,
    queues: Queues,
    reports: Mapping[str, DeviceReport],
    *,
    is_cash_short: bool,
) -> Floor:
    """Return the floor that triage reads for one visit."""
    now, plan = desk.now(), desk.branch.counters
    return Floor(
        date=now.date(),
        time=now.time(),
        channels=_channel_states(desk, reports),
        wait_minutes=OrdinaryWaits(queues, desk.policy),
        appointment=visit.appointment,
        offline=desk.link().link is not Link.CENTRE,
        cache_age_days=visit.cache_age_days,
        private_banking_on_site=desk.branch.has_private_banking,
        vip_counter_open=any("vip_counter" in counter.queues for counter in plan),
        cash_stock_ok=not is_cash_short,
        fx_cash_stocked=desk.branch.stocks_fx_cash,
    )


def _channel_states(desk: Desk, reports: Mapping[str, DeviceReport]) -> dict[str, ChannelState]:
    """Return one state per machine channel: up if any machine is, else unknown if any is."""
    states: dict[str, set[ChannelState]] = {}
    for machine in desk.branch.machines:
        report = reports.get(machine.device_id)
        state = report.state if report else ChannelState.UNKNOWN
        states.setdefault(machine.channel, set()).add(state)
    order = (ChannelState.UP, ChannelState.UNKNOWN, ChannelState.DOWN)
    return {
        channel: next(state for state in order if state in found)
        for channel, found in states.items()
    }


def floor_view(desk: Desk) -> FloorView:
    """Return queues, machines and last tickets for the side panel."""
    day = desk.business_day()
    with desk.reader() as work:
        queues = read_queues(desk, work)
        latest = work.latest(day, _RECENT)
        reports = work.device_reports(day)
    return FloorView(
        queues=queue_views(desk, queues),
        devices=device_views(desk, reports),
        recent=tuple(recent_ticket(desk, ticket) for ticket in latest),
        at=desk.now(),
    )


def queue_views(desk: Desk, queues: Queues) -> tuple[QueueView, ...]:
    """Return the queues of the branch, by zone."""
    limits = desk.policy.thresholds
    served = {queue for counter in desk.branch.counters for queue in counter.queues}
    views = []
    for code, entry in desk.policy.channels.items():
        if entry.zone is None or code not in served:
            continue
        place = queues.place_for_new(code, Priority.ORDINARY)
        minutes = place.minutes or 0.0
        level = "ok"
        if minutes > limits.wait_red_minutes:
            level = "red"
        elif minutes > limits.wait_amber_minutes:
            level = "amber"
        views.append(
            QueueView(
                zone=entry.zone,
                queue=code,
                name=entry.name,
                waiting=queues.waiting_in(code),
                wait=place.wait,
                open_counters=queues.counters_for(code),
                level=level,
            )
        )
    return tuple(sorted(views, key=lambda view: view.zone))


def device_views(desk: Desk, reports: Mapping[str, DeviceReport]) -> tuple[DeviceView, ...]:
    """Return the machines of the branch, as last told."""
    seen: dict[str, int] = {}
    views = []
    for machine in desk.branch.machines:
        seen[machine.channel] = seen.get(machine.channel, 0) + 1
        name, number = desk.policy.channels[machine.channel].name, seen[machine.channel]
        report = reports.get(machine.device_id)
        views.append(
            DeviceView(
                device_id=machine.device_id,
                name=Text(f"{name.zh} {number}", f"{name.en} {number}"),
                channel=machine.channel,
                state=report.state if report else ChannelState.UNKNOWN,
                since=report.since if report else None,
            )
        )
    return tuple(views)


def recent_ticket(desk: Desk, ticket: Ticket) -> RecentTicket:
    """Return one line of the list of last tickets."""
    return RecentTicket(
        ticket_id=ticket.ticket_id,
        number=ticket.number,
        zone_name=desk.policy.zones[ticket.zone],
        issued_at=ticket.issued_at,
        state=ticket.state.value,
        copies=ticket.copies,
        print_outcome=ticket.print_outcome,
        can_cancel=ticket.state is TicketState.WAITING,
        can_return=ticket.state in (TicketState.PARKED, TicketState.NO_SHOW),
    )


def desk_status(desk: Desk) -> DeskStatus:
    """Return what the status strip shows."""
    with desk.reader() as work:
        unsent = work.unsent()
    return DeskStatus(
        branch=desk.branch.name,
        slot=desk.slot,
        is_demo=desk.branch.is_demo,
        link=desk.link(),
        unsent=unsent.count,
        oldest_unsent=unsent.oldest_at,
        data_as_of=desk.customers.as_of(),
        store=desk.store,
        self_check=desk.self_check,
    )


def set_devices(desk: Desk, actor: str, states: Sequence[tuple[str, ChannelState]]) -> None:
    """Note the state of machines, as told by the greeter or a monitor, in one transaction."""
    with desk.unit_of_work() as work:
        for device_id, state in states:
            work.append(
                Draft(
                    kind=EventKind.DEVICE_STATE_SET,
                    actor=actor,
                    business_day=desk.business_day(),
                    data={"device": device_id, "state": state.value},
                )
            )
        work.commit()


def set_device(desk: Desk, session: Session, device_id: str, state: ChannelState) -> None:
    """Note the state of one machine as the greeter sees it."""
    set_devices(desk, session.staff_number, [(device_id, state)])
