"""Issuing, print truth, copies, cancelling and undoing, on a real log."""

from datetime import timedelta

import pytest

from lobby_app.domain.customer import Access
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import EventKind
from lobby_app.domain.ports import PrinterProblem, PrintOutcome, PrintResult
from lobby_app.domain.text import Language
from lobby_app.domain.ticket import TicketState
from lobby_app.services.desk import Desk
from lobby_app.services.ticketing import cancel, issue, record_print, reprint, undo_last
from lobby_app.services.views import Session, Wishes
from tests.storage.desk import SetClock
from tests.unit.demo.desk import TICKET_URL
from tests.unit.services.visits import advised, events, issued, person, ticket

PRINTED = PrintResult(PrintOutcome.PRINTED)
PAPER_OUT = PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.PAPER_OUT)


def test_numbers_count_up_in_each_zone(desk: Desk, session: Session) -> None:
    businesses = ("note_exchange", "corporate", "note_exchange", "corporate")
    numbers = [issued(desk, session, business).slip.number for business in businesses]
    assert numbers == ["A1001", "C1001", "A1002", "C1002"]


def test_slip_says_what_the_log_says(desk: Desk, session: Session) -> None:
    made = issued(desk, session, "corporate", Wishes(language=Language.EN, large_type=True))
    kept = ticket(desk, made.ticket_id)
    slip = made.slip
    assert (slip.number, slip.zone, slip.language) == (kept.number, kept.zone, Language.EN)
    assert slip.large_type
    assert kept.large_type
    assert slip.qr_payload == TICKET_URL + kept.qr_token
    assert slip.copy == 0
    assert len(made.job_id) == 4


def test_tokens_cannot_be_guessed_from_each_other(desk: Desk, session: Session) -> None:
    tokens = [issued(desk, session).slip.qr_payload.removeprefix(TICKET_URL) for _ in range(20)]
    assert len(set(tokens)) == 20
    assert {len(token) for token in tokens} == {26}, "26 characters of base 32: 128 bits"


def test_triage_is_in_the_log_before_its_ticket(desk: Desk, session: Session) -> None:
    issued(desk, session)
    kinds = [event.kind for event in events(desk)][-2:]
    assert kinds == [EventKind.VISIT_TRIAGED, EventKind.TICKET_ISSUED]
    triaged, born = events(desk, EventKind.VISIT_TRIAGED, EventKind.TICKET_ISSUED)
    assert triaged.data["visit"] == born.data["visit"]
    assert triaged.data["policy_version"] == desk.policy.version
    assert triaged.data["rules"]


def test_advice_without_a_queue_gives_no_ticket(desk: Desk, session: Session) -> None:
    from lobby_app.domain.business import Need

    visit = person(desk, session, "cash_machine")
    advice = advised(desk, session, "cash_machine", Need("cash_withdrawal", amount=2000))
    with pytest.raises(BugError):
        issue(desk, session, visit, advice, Wishes())
    assert issued(desk, session).slip.number == "A1001", "no number was used up"


@pytest.mark.parametrize(
    ("result", "kind", "outcome"),
    [
        (PRINTED, EventKind.TICKET_PRINTED, "printed"),
        (PAPER_OUT, EventKind.PRINT_FAILED, "not_sent"),
        (
            PrintResult(PrintOutcome.UNKNOWN, PrinterProblem.NOT_CONFIRMED),
            EventKind.PRINT_FAILED,
            "unknown",
        ),
    ],
)
def test_print_truth_changes_no_state(
    desk: Desk, session: Session, result: PrintResult, kind: EventKind, outcome: str
) -> None:
    made = issued(desk, session)
    record_print(desk, session, made.ticket_id, result, 0)
    assert [event.data["outcome"] for event in events(desk, kind)] == [outcome]
    kept = ticket(desk, made.ticket_id)
    assert (kept.state, kept.print_outcome) == (TicketState.WAITING, outcome)


def test_copies_are_counted_and_keep_documents_and_code(desk: Desk, session: Session) -> None:
    visit = person(desk, session, "company")
    made = issued(desk, session, "corporate", visit=visit)
    assert made.slip.documents
    record_print(desk, session, made.ticket_id, PRINTED, 0)
    for copy in (1, 2):
        again = reprint(desk, session, made.ticket_id)
        assert again.slip.copy == copy
        assert again.slip.documents == made.slip.documents
        assert again.slip.qr_payload == made.slip.qr_payload
        record_print(desk, session, made.ticket_id, PRINTED, copy)
    assert len(events(desk, EventKind.TICKET_ISSUED)) == 1


def test_cancelled_ticket_is_gone_for_every_further_step(desk: Desk, session: Session) -> None:
    made = issued(desk, session)
    assert cancel(desk, session, made.ticket_id, "left") == "A1001"
    assert ticket(desk, made.ticket_id).state is TicketState.CANCELLED
    for step in (
        lambda: cancel(desk, session, made.ticket_id, "left"),
        lambda: reprint(desk, session, made.ticket_id),
    ):
        with pytest.raises(KnownError, match=r"ticketing\.not_waiting"):
            step()
    assert len(events(desk, EventKind.TICKET_CANCELLED)) == 1


def test_unknown_ticket_is_said_to_be_unknown(desk: Desk, session: Session) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(KnownError, match=r"ticketing\.unknown_ticket"):
        cancel(desk, session, nobody, "left")


@pytest.mark.parametrize(("seconds", "undone"), [(0, "A1002"), (60, "A1002"), (61, None)])
def test_undo_takes_the_last_ticket_within_a_minute(
    desk: Desk, session: Session, clock: SetClock, seconds: int, undone: str | None
) -> None:
    issued(desk, session)
    clock.at += timedelta(seconds=5)
    issued(desk, session)
    clock.at += timedelta(seconds=seconds)
    assert undo_last(desk, session) == undone


def test_undo_leaves_other_desks_alone(desk: Desk, session: Session) -> None:
    from dataclasses import replace

    issued(replace(desk, slot=2), session)
    assert undo_last(desk, session) is None


def test_person_who_cannot_hear_is_called_without_sound(desk: Desk, session: Session) -> None:
    wishes = Wishes(access=frozenset({Access.HEARING}), care=True)
    made = issued(desk, session, wishes=wishes)
    assert ticket(desk, made.ticket_id).call_without_sound


def test_log_names_nobody(desk: Desk, session: Session) -> None:
    visit = person(desk, session, "platinum")
    issued(desk, session, visit=visit)
    bodies = [str(event) for event in events(desk)]
    assert visit.profile.surname == "周"
    assert not [body for body in bodies if "周" in body or "\\u5468" in body]
    assert [body for body in bodies if str(visit.customer_ref) in body]
