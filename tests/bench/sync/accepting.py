"""Events a second that the centre takes, beside a plain table taking the same bytes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from threading import Barrier, Thread
from time import perf_counter

from lobby_app.central.connection import DeadlineConnection
from lobby_app.domain.event import Event
from lobby_app.domain.replication import Place, Verdict
from lobby_app.sync.remote import RemoteReplica
from tests.bench.figures import Figure
from tests.bench.sync.centre import Centre
from tests.bench.sync.rates import share_of_limit
from tests.bench.sync.visits import BATCH, VisitLog

LEAST_SHARE = 0.4
_TABLE = (
    "CREATE TABLE IF NOT EXISTS plain (log_id uuid, seq bigint, hlc bigint, chain bytea, body text,"
    " PRIMARY KEY (log_id, seq)); GRANT INSERT ON plain TO lobby_desk;"
    " GRANT USAGE ON SCHEMA public TO lobby_desk"
)
_ROW = "INSERT INTO public.plain VALUES (%s, %s, %s, %s, %s)"
_ROWS = (
    "INSERT INTO public.plain SELECT %b::uuid, * FROM"
    " unnest(%b::bigint[], %b::bigint[], %b::bytea[], %b::text[])"
)
Batches = Sequence[tuple[Place, list[Event]]]
Burst = Callable[[Batches], None]


def measure_accepting(centre: Centre, desks: int, batches: int, rounds: int) -> Iterator[Figure]:
    """Yield what `desks` at a time get through, beside both plain ways, in turn."""
    with centre.open() as sql:
        sql.execute(_TABLE)
    tokens = centre.add_desks(desks)
    logs = [VisitLog() for _ in tokens]
    ours, singles, arrays = [], [], []
    for round_ in range(rounds + 1):
        work = [log.batches(batches) for log in logs]
        rates = (
            _rate([_appending(centre, token) for token in tokens], work),
            _rate([_plainly(centre, _one_by_one)] * desks, work),
        )
        with centre.open() as sql:
            sql.execute("TRUNCATE plain")
        third = _rate([_plainly(centre, _as_arrays)] * desks, work)
        with centre.open() as sql:
            sql.execute("TRUNCATE plain")
        if round_:  # the first one warms up
            ours.append(rates[0])
            singles.append(rates[1])
            arrays.append(third)
    name = f"centre takes events, {desks} desks, batch {BATCH}"
    yield share_of_limit(f"{name} (executemany)", "events/s", ours, singles, LEAST_SHARE)
    yield share_of_limit(f"{name} (unnest)", "events/s", ours, arrays, LEAST_SHARE)


Opener = Callable[[ExitStack], Burst]


def _rate(openers: Sequence[Opener], work: Sequence[Batches]) -> float:
    """Return events a second when all begin together; connecting is not counted."""
    with ExitStack() as stack:
        bursts = [opener(stack) for opener in openers]
        barrier = Barrier(len(bursts) + 1)

        def go(burst: Burst, batches: Batches) -> None:
            barrier.wait()
            burst(batches)

        threads = [Thread(target=go, args=pair) for pair in zip(bursts, work, strict=True)]
        for thread in threads:
            thread.start()
        barrier.wait()
        start = perf_counter()
        for thread in threads:
            thread.join()
        seconds = perf_counter() - start
    return sum(len(events) for batches in work for _, events in batches) / seconds


def _appending(centre: Centre, token: str) -> Opener:
    def open_(stack: ExitStack) -> Burst:
        replica = RemoteReplica(stack.enter_context(closing(centre.transport(token))))
        replica.heads()

        def burst(batches: Batches) -> None:
            for after, events in batches:
                assert replica.append(after, events).verdict is Verdict.TAKEN

        return burst

    return open_


def _plainly(centre: Centre, insert: Callable[[DeadlineConnection, list[Event]], None]) -> Opener:
    def open_(stack: ExitStack) -> Burst:
        sql = stack.enter_context(centre.open_as_desk())

        def burst(batches: Batches) -> None:
            for _, events in batches:
                insert(sql, events)

        return burst

    return open_


def _one_by_one(sql: DeadlineConnection, events: list[Event]) -> None:
    rows = [(e.log_id, e.seq, e.hlc, e.chain, e.body) for e in events]
    with sql.transaction(), sql.cursor() as cursor:
        cursor.executemany(_ROW, rows)


def _as_arrays(sql: DeadlineConnection, events: list[Event]) -> None:
    values = (
        events[0].log_id,
        [event.seq for event in events],
        [event.hlc for event in events],
        [event.chain for event in events],
        [event.body for event in events],
    )
    sql.execute(_ROWS, values)
