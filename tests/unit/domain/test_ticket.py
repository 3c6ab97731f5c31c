"""A ticket's state does not depend on how its events arrive."""

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby_app.domain.event import (
    RANK_CALLED,
    RANK_CANCELLED,
    RANK_NO_SHOW,
    RANK_SERVED,
    RANK_SERVING,
    RANK_WAITING,
    Draft,
    EventKind,
    encode,
    parse_body,
)
from lobby_app.domain.ticket import StateRegister, TicketFold, TicketState, fold_of, state_of
from tests.unit.domain.events import DAY, LOGS, TICKET, bodies, folded, placed

EVENTS = st.lists(placed, min_size=1, max_size=8).map(bodies)


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(events, random) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert folded(shuffled) == folded(events)


@given(EVENTS, st.randoms(use_true_random=False))
def test_events_that_come_twice_change_nothing(events, random) -> None:
    doubled = events + [random.choice(events) for _ in range(3)] if events else []
    random.shuffle(doubled)
    assert folded(doubled) == folded(events)


@given(EVENTS, st.integers(0, 8))
def test_parts_folded_apart_join_to_the_whole(events, cut: int) -> None:
    parts = [fold for fold in (folded(events[:cut]), folded(events[cut:])) if fold is not None]
    joined = parts[0].merge(parts[-1]) if parts else None
    assert joined == folded(events)


@settings(max_examples=30)
@given(EVENTS, EVENTS, EVENTS)
def test_merge_is_associative_and_idempotent(a, b, c) -> None:
    folds = [fold for fold in map(folded, (a, b, c)) if fold is not None]
    if len(folds) == 3:
        x, y, z = folds
        assert x.merge(y).merge(z) == x.merge(y.merge(z))
    for fold in folds:
        assert fold.merge(fold) == fold


@given(EVENTS)
def test_every_fold_can_be_shown(events) -> None:
    fold = folded(events)
    ticket = fold.ticket(UTC) if fold else None
    born = any(parse_body(body).kind == EventKind.TICKET_ISSUED for body, _, _ in events)
    placed_somewhere = any(parse_body(body).rank is not None for body, _, _ in events)
    assert (ticket is not None) == (born and placed_somewhere)


@given(EVENTS)
def test_the_winner_is_what_the_order_of_the_design_says(events) -> None:
    fold = folded(events)
    keys = [
        (e.generation, e.rank, e.claim_priority, -hlc, -int(log, 16))
        for body, hlc, log in events
        if (e := parse_body(body)) is not None and e.rank is not None
    ]
    state = fold.state if fold else None
    assert (state.key() if state else None) == (max(keys) if keys else None)


def _at(kind: str, hlc: int, log: str = LOGS[0], **values: object) -> TicketFold:
    draft = Draft(kind=kind, actor="0017", ticket=TICKET, business_day=DAY, **values)
    envelope = parse_body(encode(draft))
    assert envelope is not None
    fold = fold_of(envelope, hlc, log)
    assert fold is not None
    return fold


def _state(fold: TicketFold) -> StateRegister:
    assert fold.state is not None
    return fold.state


def test_of_two_calls_the_earlier_wins_and_names_its_counter() -> None:
    early = _at("called", 5, LOGS[1], rank=RANK_CALLED, counter=3)
    late = _at("called", 6, LOGS[0], rank=RANK_CALLED, counter=4)
    assert _state(early.merge(late)).counter == 3


def test_the_centre_beats_an_earlier_local_call() -> None:
    local = _at("called", 5, rank=RANK_CALLED, counter=3)
    centre = _at("called", 9, LOGS[1], rank=RANK_CALLED, claim_priority=2, counter=4)
    assert _state(local.merge(centre)).counter == 4


def test_a_transfer_beats_served_of_the_older_generation() -> None:
    served = _at("served", 9, rank=RANK_SERVED)
    transferred = _at("transferred", 5, rank=RANK_WAITING, generation=1, queue="vip_counter")
    assert _state(served.merge(transferred)).rank == RANK_WAITING


def test_an_unknown_kind_counts_by_its_envelope() -> None:
    issued = _at(EventKind.TICKET_ISSUED, 5, rank=RANK_WAITING, data={"number": "A1001"})
    newer = _at("escorted_by_robot", 6, rank=22)
    ticket = issued.merge(newer).ticket(UTC)
    assert ticket is not None
    assert ticket.state is TicketState.SERVING


def test_print_truth_of_a_reprint_counts_copies_and_leaves_the_state() -> None:
    issued = _at(EventKind.TICKET_ISSUED, 5, rank=RANK_WAITING)
    first = _at(EventKind.TICKET_PRINTED, 6, data={"outcome": "printed", "copy": 0})
    again = _at(EventKind.PRINT_FAILED, 7, data={"outcome": "held", "copy": 1})
    ticket = again.merge(issued).merge(first).ticket(UTC)
    assert ticket is not None
    assert (ticket.copies, ticket.print_outcome, ticket.state) == (1, "held", TicketState.WAITING)


@pytest.mark.parametrize(
    ("rank", "state"),
    [
        (RANK_WAITING, TicketState.WAITING),
        (RANK_CALLED, TicketState.CALLED),
        (RANK_CALLED + 5, TicketState.CALLED),
        (RANK_SERVING, TicketState.SERVING),
        (RANK_CANCELLED, TicketState.CANCELLED),
        (RANK_NO_SHOW, TicketState.NO_SHOW),
        (RANK_SERVED, TicketState.SERVED),
        (9_999, TicketState.SERVED),
    ],
)
def test_every_rank_has_a_state(rank: int, state: TicketState) -> None:
    assert state_of(rank) is state
