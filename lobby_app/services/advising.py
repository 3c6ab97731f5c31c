"""From a visit and a need to a recommendation that can be read out."""

from collections.abc import Sequence
from dataclasses import replace

from lobby_app.domain.business import Need, Policy, Priority
from lobby_app.domain.customer import Customer, Flag, Medium, Preference, Title
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.slip import WaitRange
from lobby_app.domain.text import Language, Text
from lobby_app.domain.ticket import Ticket
from lobby_app.domain.triage import recommend
from lobby_app.messages import bilingual
from lobby_app.services.desk import Desk
from lobby_app.services.floor import floor_of
from lobby_app.services.hall import is_cash_short
from lobby_app.services.queues import Place, Queues, open_counters
from lobby_app.services.views import (
    Advice,
    ChannelOption,
    HeldTicket,
    PrimaryAction,
    Visit,
    Wishes,
)

_MAX_CHIPS = 2
_ACTIONS = {
    "mobile_bank": PrimaryAction.SHOW_ON_PHONE,
    "wealth_room": PrimaryAction.ESCORT,
    "private_banking": PrimaryAction.ESCORT,
    "appointment": PrimaryAction.BOOK,
    "home_visit": PrimaryAction.BOOK,
    "floor_manager": PrimaryAction.CALL_MANAGER,
    "greeter": PrimaryAction.ANSWERED,
}


def advise(desk: Desk, visit: Visit, need: Need, wishes: Wishes) -> Advice:
    """Return the recommendation for this need and these wishes, worded and with minutes.

    Reads only. Raises KnownError `cache.*` when the log cannot be read.
    """
    day = desk.business_day()
    with desk.reader() as work:
        waiting = work.waiting(day)
        reports, is_short = work.device_reports(day), is_cash_short(desk, work)
        queues = Queues(desk, waiting, open_counters(desk, work))
    customer = _as_wished(visit, wishes)
    need = replace(need, agent=wishes.agent)
    floor = floor_of(desk, visit, queues, reports, is_cash_short=is_short)
    result = recommend(customer, need, floor, desk.policy)
    if wishes.override_channel is not None:
        result = overridden(result, wishes.override_channel, desk.policy)
    option = _option(desk, queues, result.channel, result.priority, need)
    human = None
    if not option.is_human:
        human = _option(desk, queues, result.human_alternative, result.priority, need)
    return Advice(
        recommendation=result,
        need=need,
        action=_action(result),
        option=option,
        human=human,
        alternatives=tuple(
            _option(desk, queues, channel, result.priority, need)
            for channel in result.alternatives
            if human is None or channel != human.channel
        ),
        say=_say(desk, visit, result, option),
        why=result.reason,
        documents=tuple(desk.policy.documents[code] for code in result.documents),
        missing_documents=tuple(sorted(wishes.missing_documents)),
        next_best_action=desk.policy.next_best_actions[result.next_best_action]
        if result.next_best_action
        else None,
        alerts=tuple(desk.policy.alerts[code] for code in result.alerts),
        chips=_chips(visit, result),
        held=_held(visit, waiting, queues),
    )


def overridden(result: Recommendation, channel: str, policy: Policy) -> Recommendation:
    """Return the recommendation with the greeter's own channel; the tier cannot be raised."""
    entry = policy.channels.get(channel)
    may_go = entry is not None and (channel != "vip_counter" or result.priority is Priority.TIER)
    if entry is None or not may_go or channel == result.channel:
        return result
    return replace(
        result,
        channel=channel,
        queue=channel if entry.queued else None,
        ticket=entry.queued,
        prompt="take_ticket" if entry.queued else result.prompt,
        human_alternative=channel if entry.human else result.human_alternative,
        alternatives=tuple(way for way in (result.channel, *result.alternatives) if way != channel),
    )


def override_choices(desk: Desk, advice: Advice) -> tuple[ChannelOption, ...]:
    """Return the channels the greeter may choose instead (F6)."""
    may_vip = advice.recommendation.priority is Priority.TIER
    served = {queue for counter in desk.branch.counters for queue in counter.queues}
    return tuple(
        ChannelOption(code, entry.name, entry.human, None, None, None)
        for code, entry in desk.policy.channels.items()
        if code in served and (code != "vip_counter" or may_vip)
    )


def _as_wished(visit: Visit, wishes: Wishes) -> Customer:
    customer = visit.customer
    flags = customer.flags | ({Flag(wishes.safety)} if wishes.safety else set())
    preference = wishes.preference
    if preference is Preference.NONE:
        preference = customer.preference
    missing: frozenset[str] = frozenset()
    if not wishes.insists_on_ticket:
        missing = wishes.missing_documents
    media = customer.media
    if not visit.profile.is_known and visit.profile.credential_kind is None:
        # Nobody was scanned: what is in the visitor's hand is not known, so a card is assumed and
        # the greeter sees the papers to ask for (case TC054).
        media = frozenset({Medium.CARD, Medium.ID_DOCUMENT})
    return replace(
        customer,
        flags=frozenset(flags),
        preference=preference,
        access=customer.access | wishes.access,
        needs_help=customer.needs_help or wishes.needs_help,
        care_granted=wishes.care,
        missing_documents=missing,
        media=media,
    )


def _option(
    desk: Desk, queues: Queues, channel: str, priority: Priority, need: Need
) -> ChannelOption:
    entry = desk.policy.channels[channel]
    place = Place(0, None, None)
    if entry.queued:
        place = queues.place_for_new(channel, priority)
    business = desk.policy.businesses.get(need.code)
    minutes = business.self_minutes.get(channel) if business else None
    return ChannelOption(
        channel=channel,
        name=entry.name,
        is_human=entry.human,
        wait=place.wait,
        minutes=round(minutes) if minutes else None,
        ahead=place.ahead if entry.queued else None,
    )


def _action(result: Recommendation) -> PrimaryAction:
    if result.ticket:
        return PrimaryAction.PRINT_TICKET
    return _ACTIONS.get(result.channel, PrimaryAction.GUIDE_TO_MACHINE)


def _say(desk: Desk, visit: Visit, result: Recommendation, option: ChannelOption) -> Text:
    """Return the one sentence to say, in both languages, everything filled in."""
    template = desk.policy.prompts[result.prompt]
    return Text(
        _filled(desk, visit, result, option, template.zh, Language.ZH),
        _filled(desk, visit, result, option, template.en, Language.EN),
    )


def _filled(
    desk: Desk,
    visit: Visit,
    result: Recommendation,
    option: ChannelOption,
    template: str,
    language: Language,
) -> str:
    entry = desk.policy.channels[result.channel]
    wait = option.wait or WaitRange(0, 0)
    profile = visit.profile
    manager = profile.manager_name or bilingual("advice.manager")(language)
    return template.format(
        no=entry.zone or "",
        k=option.ahead or 0,
        lo=wait.low,
        hi=wait.high,
        n=option.minutes or 1,
        docs=bilingual("advice.comma")(language).join(
            desk.policy.documents[code](language) for code in result.documents
        ),
        salutation=_salutation(profile.surname, profile.title)(language),
        manager=manager,
    )


def _salutation(surname: str, title: Title) -> Text:
    return bilingual(f"advice.salutation_{title.value}", surname=surname)


def _chips(visit: Visit, result: Recommendation) -> tuple[str, ...]:
    """Return at most two chips, by the order of principles; none of them tells why."""
    profile = visit.profile
    found = (
        ("counter_verify", profile.needs_counter_verify),
        ("document_expired", profile.document_expired),
        ("priority", result.priority in (Priority.SAFETY, Priority.CARE)),
        ("appointment", profile.appointment_at is not None),
    )
    return tuple(chip for chip, holds in found if holds)[:_MAX_CHIPS]


def _held(visit: Visit, waiting: Sequence[Ticket], queues: Queues) -> HeldTicket | None:
    if visit.customer_ref is None:
        return None
    for ticket in waiting:
        if ticket.customer_ref == visit.customer_ref:
            return HeldTicket(
                ticket.ticket_id, ticket.number, queues.place_of(ticket.ticket_id).ahead
            )
    return None
