"""The compiled rule is domain.dispatch: the same choice in every random hall, ties included."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lobby_app.domain.business import Priority, Thresholds
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.simulation.choosing import choose_ticket
from lobby_app.simulation.line import clear_line, join_line, waits_in
from lobby_app.simulation.model import PRIORITIES, arrivals, mask_of, plan, rule_of
from lobby_app.simulation.records import lane_records, rule_record, ticket_records
from tests.unit.domain.worlds import POLICY

QUEUES = ("cash", "service", "vip")
# Whole and half minutes make ties of starts and of scores common; 7.3 is not exact in binary.
minutes = st.integers(0, 80).map(lambda n: n / 2) | st.floats(0, 40) | st.just(7.3)
tickets = st.tuples(st.sampled_from(QUEUES), st.sampled_from(PRIORITIES), minutes)
limits_of_a_bank = st.builds(
    lambda targets, ceiling, care, guard, calls, idle: replace(
        POLICY.thresholds,
        target_wait_minutes=dict(zip(PRIORITIES[1:], sorted(targets), strict=True)),
        ceiling_minutes=ceiling,
        ceiling_care_minutes=care,
        guard_minutes=guard,
        guard_calls=calls,
        idle_help_minutes=idle,
    ),
    st.lists(st.sampled_from([1.0, 3.0, 5.0, 8.0, 9.5, 15.0, 20.0]), min_size=4, max_size=4),
    st.sampled_from([5.0, 20.0, 30.0]),
    st.sampled_from([1.0, 10.0, 30.0]),
    st.sampled_from([5.0, 20.0, 30.0]),
    st.integers(1, 20),
    st.sampled_from([0.0, 3.0, 30.0]),
)
counters = st.builds(
    FreeCounter,
    queues=st.lists(st.sampled_from(QUEUES), unique=True, max_size=3).map(tuple),
    shared=st.booleans(),
    history=st.lists(st.sampled_from(PRIORITIES), max_size=24).map(tuple),
    idle_minutes=st.sampled_from([0.0, 2.9, 3.0, 31.0]),
    helps=st.lists(st.sampled_from(QUEUES), unique=True, max_size=2).map(tuple),
)


def compiled_choice(
    hall: list[WaitingTicket], counter: FreeCounter, now: float, limits: Thresholds
) -> WaitingTicket | None:
    """Ask the compiled rule what `domain.dispatch.choose` is asked."""
    in_number_order = sorted(hall, key=lambda t: t.number)
    tickets = ticket_records(
        arrivals(
            [t.start for t in in_number_order],
            [PRIORITIES.index(t.priority) for t in in_number_order],
            [QUEUES.index(t.queue) for t in in_number_order],
            1.0,
        )
    )
    lanes, waiting = lane_records(len(QUEUES)), np.zeros(5, np.int64)
    clear_line(lanes, waiting)
    for index in np.random.default_rng(len(hall)).permutation(len(hall)):
        join_line(tickets, lanes, waiting, int(index))
    mask = mask_of([QUEUES.index(queue) for queue in counter.queues])
    own = waits_in(waiting, mask)
    if not own:
        if counter.shared or counter.idle_minutes < limits.idle_help_minutes:
            return None
        mask = mask_of([QUEUES.index(queue) for queue in counter.helps])
    newest_first = [one is Priority.TIER for one in reversed(counter.history)]
    recent = mask_of([age for age, was_tier in enumerate(newest_first) if was_tier])
    in_order = own and not counter.shared
    rule = rule_record(rule_of(limits), plan([mask]))[0]
    index = choose_ticket(tickets, lanes, waiting, rule, mask, in_order, recent, 0, now)
    return in_number_order[index] if index >= 0 else None


@settings(max_examples=2000)
@given(st.lists(tickets, max_size=14), counters, limits_of_a_bank, st.sampled_from([40.0, 25.0]))
@example([("cash", Priority.TIER, 24.0), ("cash", Priority.ORDINARY, 10.0)], FreeCounter(("cash",)),
         POLICY.thresholds, 40.0)  # fmt: skip
def test_the_compiled_rule_chooses_as_dispatch_does(rows, counter, limits, now) -> None:
    hall = [
        WaitingTicket(str(n), f"A{(n * 7) % 14:03d}", queue, priority, start)
        for n, (queue, priority, start) in enumerate(rows)
    ]
    choice = choose(hall, counter, now, limits)
    assert compiled_choice(hall, counter, now, limits) == (choice.ticket if choice else None)


# On and beside every bound of the rule; 15 and 8 minutes tie ordinary with tier at a score of one.
BOUNDARY_WAITS = (-2.0, 0.0, 3.0, 5.0, 8.0, 9.5, 10.0, 15.0, 19.5, 20.0, 29.5, 30.0, 31.0)


def test_on_the_bounds_of_the_rule_too_the_choice_is_the_same() -> None:
    draw = random.Random(1)
    now, reasons = 40.0, Counter()
    for _ in range(12_000):
        hall = [
            WaitingTicket(
                str(n), f"A{draw.randrange(9)}{n}", "cash", draw.choice(PRIORITIES[1:]), start
            )
            for n, start in enumerate(
                now - draw.choice(BOUNDARY_WAITS) for _ in range(draw.randint(2, 4))
            )
        ]
        history = tuple(draw.choices(PRIORITIES[2:], k=draw.randint(0, 4)))
        counter = FreeCounter(("cash",), history=history)
        limits = replace(POLICY.thresholds, guard_calls=draw.randint(1, 3))
        choice = choose(hall, counter, now, limits)
        assert choice is not None
        assert compiled_choice(hall, counter, now, limits) == choice.ticket, (hall, history)
        reasons[choice.reason] += 1
    assert min(reasons["ceiling"], reasons["ratio"]) > 1000
