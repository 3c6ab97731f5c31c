"""Who a scan is about: the cache, the document in hand, bookings, tickets; and what is noted."""

from datetime import timedelta

import pytest

from lobby_app.demo.appointments import demo_slots
from lobby_app.demo.cards import demo_cards
from lobby_app.domain.business import Need
from lobby_app.domain.credential import CredentialKind, Unreadable
from lobby_app.domain.customer import Tier
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import EventKind
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.replication import Link
from lobby_app.services.advising import advise, override_choices
from lobby_app.services.desk import Desk
from lobby_app.services.floor import desk_status, floor_view, set_device
from lobby_app.services.pin_guard import MAX_ATTEMPTS
from lobby_app.services.reception import anonymous, identify
from lobby_app.services.registers import call_supervisor, log_assistance, register_complaint
from lobby_app.services.signing_on import sign_off, sign_on, unlock
from lobby_app.services.ticketing import issue
from lobby_app.services.triage_record import close_without_ticket
from lobby_app.services.views import Identified, ScannedTicket, Session, Wishes
from tests.storage.desk import SetClock
from tests.unit.services.visits import advised, events, issued, person

RESIDENT, WRONG = "11010519491231002X", "110105194912310021"
CASH = Need("cash_withdrawal", amount=2000)


@pytest.mark.parametrize("card", demo_cards(), ids=lambda card: card.key)
def test_sample_person_is_shown_masked(desk: Desk, session: Session, card) -> None:
    found = identify(desk, session, card.text)
    assert isinstance(found, Identified)
    profile = found.visit.profile
    assert profile.is_known == bool(card.name)
    assert profile.display_name == card.name
    digits = profile.credential_mask.replace("*", " ").split()
    assert max((len(part) for part in digits), default=0) <= 4


def test_only_a_known_profile_is_an_event(desk: Desk, session: Session) -> None:
    identify(desk, session, RESIDENT)
    anonymous(desk)
    assert events(desk, EventKind.PROFILE_VIEWED) == []
    visit = person(desk, session, "elder")
    (viewed,) = events(desk, EventKind.PROFILE_VIEWED)
    assert viewed.actor == session.staff_number
    assert viewed.data == {
        "visit": visit.visit_id,
        "customer_ref": visit.customer_ref,
        "identified_by": "payment_card",
    }


def test_document_of_somebody_unknown_still_tells_the_age(desk: Desk, session: Session) -> None:
    found = identify(desk, session, RESIDENT)
    assert isinstance(found, Identified)
    assert not found.visit.profile.is_known
    assert found.visit.customer.age == 76
    assert found.visit.profile.is_elder
    assert found.tiles[:8] == desk.policy.tiles[:8]


def test_unreadable_scan_has_a_reason_and_leaves_nothing(desk: Desk, session: Session) -> None:
    before = len(events(desk))
    assert identify(desk, session, WRONG) == Unreadable("id_check_digit")
    assert len(events(desk)) == before


def test_stale_tier_is_shown_as_unknown(desk: Desk, session: Session) -> None:
    profile = person(desk, session, "stale_tier").profile
    assert profile.tier_is_stale
    assert profile.tier is Tier.UNKNOWN
    assert profile.data_age_days == 12


def test_ticket_code_is_a_ticket_not_a_person(desk: Desk, session: Session) -> None:
    made = issued(desk, session)
    found = identify(desk, session, made.slip.qr_payload)
    assert isinstance(found, ScannedTicket)
    assert found.ticket.number == made.slip.number


def test_ticket_of_another_day_is_not_a_ticket_of_today(
    desk: Desk, session: Session, clock: SetClock
) -> None:
    made = issued(desk, session)
    clock.at += timedelta(days=1)
    assert identify(desk, session, made.slip.qr_payload) == Unreadable("ticket_unknown")


def test_booking_code_brings_person_and_business(desk: Desk, session: Session) -> None:
    slot = demo_slots()[0]
    found = identify(desk, session, f"A1:{slot.code}")
    assert isinstance(found, Identified)
    assert found.visit.profile.credential_kind is CredentialKind.APPOINTMENT_CODE
    assert found.tiles[0] == slot.business
    assert found.visit.profile.appointment_at is not None
    assert found.visit.profile.appointment_at.time() == slot.starts_at


def test_booking_of_another_day_is_unknown(desk: Desk, session: Session, clock: SetClock) -> None:
    clock.at += timedelta(days=1)
    code = f"A1:{demo_slots()[0].code}"
    assert identify(desk, session, code) == Unreadable("appointment_unknown")


def test_advice_only_reads(desk: Desk, session: Session) -> None:
    visit = person(desk, session, "elder")
    before = len(events(desk))
    advise(desk, visit, CASH, Wishes())
    assert len(events(desk)) == before


def test_advice_says_who_holds_a_ticket_already(desk: Desk, session: Session) -> None:
    visit = person(desk, session, "elder")
    assert advise(desk, visit, CASH, Wishes()).held is None
    made = issued(desk, session, visit=visit)
    held = advise(desk, visit, CASH, Wishes()).held
    assert held is not None
    assert held.number == made.slip.number


def test_advice_has_at_most_two_chips_and_every_placeholder_is_filled(
    desk: Desk, session: Session
) -> None:
    for card in demo_cards():
        advice = advised(desk, session, card.key, card.need)
        assert len(advice.chips) <= 2
        for sentence in (advice.say.zh, advice.say.en):
            assert sentence
            assert "{" not in sentence


def test_machine_out_of_order_is_not_recommended(desk: Desk, session: Session) -> None:
    assert advised(desk, session, "cash_machine", CASH).option.channel == "cash_recycler"
    for device in floor_view(desk).devices:
        if device.channel == "cash_recycler":
            set_device(desk, session, device.device_id, ChannelState.DOWN)
    assert advised(desk, session, "cash_machine", CASH).option.channel != "cash_recycler"


def test_override_never_raises_the_tier(desk: Desk, session: Session) -> None:
    advice = advised(desk, session, "cash_machine", CASH)
    assert "vip_counter" not in {option.channel for option in override_choices(desk, advice)}
    wishes = Wishes(override_channel="vip_counter", override_reason="customer_wish")
    raised = advised(desk, session, "cash_machine", CASH, wishes)
    assert raised.option.channel == advice.option.channel


def test_floor_shows_queues_machines_and_the_last_tickets(desk: Desk, session: Session) -> None:
    for _ in range(8):
        issued(desk, session)
    view = floor_view(desk)
    cash = next(queue for queue in view.queues if queue.queue == "cash_counter")
    assert cash.waiting == 8
    assert cash.wait is not None
    assert cash.wait.high > 0
    assert [ticket.number for ticket in view.recent][:2] == ["A1008", "A1007"]
    assert len(view.recent) == 6


def test_status_counts_what_nobody_has_heard_yet(desk: Desk, session: Session) -> None:
    before = desk_status(desk).unsent
    issued(desk, session)
    status = desk_status(desk)
    assert status.unsent == before + 2
    assert status.oldest_unsent is not None
    assert status.link.link is Link.ALONE


def test_complaints_are_numbered_and_touch_no_ticket(desk: Desk, session: Session) -> None:
    made = issued(desk, session)
    numbers = [register_complaint(desk, session, None, "waiting") for _ in range(2)]
    assert numbers == ["C1-1124-001", "C1-1124-002"]
    assert floor_view(desk).recent[0].number == made.slip.number
    assert floor_view(desk).recent[0].state == "waiting"


def test_registers_know_the_visit_but_not_the_person(desk: Desk, session: Session) -> None:
    visit = person(desk, session, "elder")
    log_assistance(desk, session, visit, "taught")
    call_supervisor(desk, session, visit, "help")
    assisted, called = events(desk, EventKind.ELDER_ASSISTED, EventKind.HELP_CALLED)
    assert assisted.data == {"kind": "taught", "visit": visit.visit_id}
    assert called.data == {"reason": "help", "visit": visit.visit_id}


@pytest.mark.parametrize(
    ("key", "wishes", "counts"),
    [
        ("cash_machine", Wishes(), True),
        ("cash_machine", Wishes(care=True), False),
        ("elder_independent", Wishes(), False),
        ("wheelchair", Wishes(), False),
    ],
)
def test_diversion_never_counts_those_who_should_not_be_diverted(
    desk: Desk, session: Session, key: str, wishes: Wishes, counts: bool
) -> None:
    visit = person(desk, session, key)
    close_without_ticket(desk, session, visit, advise(desk, visit, CASH, wishes), wishes)
    (triaged,) = events(desk, EventKind.VISIT_TRIAGED)
    assert triaged.data["diversion_eligible"] is counts


def test_danger_the_greeter_named_is_not_called_for_twice(desk: Desk, session: Session) -> None:
    visit, wishes = anonymous(desk).visit, Wishes(safety="scam_signs")
    advice = advise(desk, visit, Need("question"), wishes)
    assert advice.recommendation.priority == "safety"
    close_without_ticket(desk, session, visit, advice, wishes)
    kinds = [event.kind for event in events(desk)][-2:]
    assert kinds == [EventKind.VISIT_TRIAGED, EventKind.VISIT_CLOSED]


def test_danger_the_rules_see_calls_help_in_the_same_transaction(
    desk: Desk, session: Session
) -> None:
    card = next(card for card in demo_cards() if card.key == "scam_check")
    visit = person(desk, session, card.key)
    issue(desk, session, visit, advise(desk, visit, card.need, Wishes()), Wishes())
    kinds = [event.kind for event in events(desk)][-3:]
    assert kinds == [EventKind.VISIT_TRIAGED, EventKind.HELP_CALLED, EventKind.TICKET_ISSUED]


def test_signing_on_and_off_are_events_of_the_day(desk: Desk) -> None:
    session = sign_on(desk, "0017", "2468")
    assert unlock(desk, session, "2468").staff_number == "0017"
    sign_off(desk, session)
    came = events(desk, EventKind.SIGNED_ON, EventKind.SIGNED_OFF)
    assert [(event.kind, event.actor) for event in came] == [
        (EventKind.SIGNED_ON, "0017"),
        (EventKind.SIGNED_ON, "0017"),
        (EventKind.SIGNED_OFF, "0017"),
    ]


def test_wrong_pins_make_one_number_rest_and_no_other(desk: Desk, clock: SetClock) -> None:
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(KnownError, match=r"signon\.refused"):
            sign_on(desk, "0017", "1111")
    with pytest.raises(KnownError, match=r"signon\.paused"):
        sign_on(desk, "0017", "2468")
    assert sign_on(desk, "0023", "1357").staff_number == "0023"
    clock.at += timedelta(seconds=60)
    assert sign_on(desk, "0017", "2468").staff_number == "0017"
    assert len(events(desk, EventKind.SIGNED_ON)) == 2
