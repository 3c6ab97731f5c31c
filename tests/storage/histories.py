"""Hypothesis strategies: what several desks say about the same few tickets, counters, machines."""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st

from lobby_app.domain.event import Draft, Event, EventKind, encode
from tests.storage.desk import DAY
from tests.storage.replicas import START_MS, written

TICKETS = tuple(f"0c5f1a52-7d3e-4b1a-9a64-2f6f0d7c1e1{n}" for n in range(3))
LOGS = tuple(f"1c5f1a52-7d3e-4b1a-9a64-2f6f0d7c1e1{n}" for n in range(3))
CLAIMS = tuple(f"2c5f1a52-7d3e-4b1a-9a64-2f6f0d7c1e1{n}" for n in range(2))
_DAYS = st.sampled_from([DAY, DAY, DAY, date(2026, 11, 25)])
_NUMBERS = st.sampled_from(["A1001", "A2001", "B1002"])

_steps = st.builds(
    Draft,
    kind=st.sampled_from(
        [EventKind.TICKET_CALLED, EventKind.TICKET_RECALLED, EventKind.SERVICE_STARTED, "newer"]
    ),
    actor=st.just("0017"),
    ticket=st.sampled_from(TICKETS),
    business_day=_DAYS,
    generation=st.integers(0, 1),
    rank=st.sampled_from([0, 10, 10, 10, 15, 20, 25, 32, None]),
    claim_priority=st.integers(0, 2),
    queue=st.just("cash_counter"),
    priority=st.sampled_from(["ordinary", "care"]),
    counter=st.integers(1, 2),
    claim_id=st.sampled_from([None, *CLAIMS]),
)
_births = st.builds(
    Draft,
    kind=st.just(EventKind.TICKET_ISSUED),
    actor=st.just("0017"),
    ticket=st.sampled_from(TICKETS),
    business_day=_DAYS,
    rank=st.just(0),
    queue=st.just("cash_counter"),
    data=st.fixed_dictionaries({"number": _NUMBERS, "zone": st.just("A")}),
)
_counters = st.builds(
    Draft,
    kind=st.sampled_from([EventKind.COUNTER_OPENED, EventKind.COUNTER_CLOSED]),
    actor=st.sampled_from(["0001", "0002"]),
    business_day=_DAYS,
    counter=st.integers(1, 2),
    data=st.fixed_dictionaries({"queues": st.sampled_from([["a"], ["a", "b"]])}),
)
_machines = st.builds(
    Draft,
    kind=st.just(EventKind.DEVICE_STATE_SET),
    actor=st.just("0017"),
    business_day=_DAYS,
    data=st.fixed_dictionaries(
        {"device": st.sampled_from(["stm-1", "atm-1"]), "state": st.sampled_from(["up", "down"])}
    ),
)
drafts = st.one_of(_steps, _steps, _steps, _births, _counters, _machines)
_poison = st.sampled_from(["", "null", "not json", '{"kind":"Ticket"}', '{"kind":"x","actor":1}'])
# Clocks go on by nothing or by little, so that logs often say something at the same moment.
_said = st.tuples(st.integers(0, 2), st.one_of(*[drafts.map(encode)] * 5, _poison))


def _log(name: str, said: Sequence[tuple[int, str]]) -> list[Event]:
    clock, bodies = START_MS << 16, []
    for step, body in said:
        clock += step << 16
        bodies.append((clock, body))
    return written(bodies, name)


histories = st.tuples(
    *(st.lists(_said, max_size=7).map(lambda said, name=name: _log(name, said)) for name in LOGS)
).map(lambda logs: [log for log in logs if log])


@st.composite
def deliveries(draw: st.DrawFn, logs: Sequence[Sequence[Event]]) -> list[list[Event]]:
    """Cut logs into batches and put these in an order that keeps each log's own."""
    left, batches = [list(log) for log in logs], []
    while any(left):
        log = draw(st.sampled_from([log for log in left if log]))
        size = draw(st.integers(1, len(log)))
        batches.append(log[:size])
        del log[:size]
    return batches
