"""What replicas show depends on what they hold, never on the order in which they heard it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lobby_app.cache.folding import refold
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, Event, EventKind
from lobby_app.domain.replication import Place, Verdict
from tests.storage.desk import DAY, issued
from tests.storage.histories import deliveries, drafts, histories
from tests.storage.replicas import PROJECTIONS, START_MS, Desk, give, place_of, told

_SAME_FILES = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    yield made
    made.log.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "other")
    yield made
    made.log.close()


def _emptied(desk: Desk) -> Desk:
    with desk.log.engine.begin() as connection:
        for table in ("event", *PROJECTIONS):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
        connection.exec_driver_sql("DELETE FROM log_head WHERE NOT is_own")
    return desk


def _deliver(desk: Desk, batches: Sequence[Sequence[Event]]) -> dict[str, list[tuple]]:
    held: dict[str, Place] = {}
    for batch in batches:
        after = held.get(batch[0].log_id, Place.start(batch[0].log_id))
        assert desk.replica.append(after, batch).verdict is Verdict.TAKEN
        held[batch[0].log_id] = place_of(batch[-1])
    return desk.tables()


def _refolded(desk: Desk, since: str = "") -> dict[str, list[tuple]]:
    with desk.log.engine.begin() as connection:
        refold(connection, since)
    return desk.tables()


@given(logs=histories, data=st.data())
@settings(max_examples=60, suppress_health_check=_SAME_FILES, deadline=None)
def test_any_interleaving_in_any_batches_shows_the_same(desk, other, logs, data) -> None:
    one = _deliver(_emptied(desk), data.draw(deliveries(logs)))
    two = _deliver(_emptied(other), data.draw(deliveries(logs)))
    assert one == two
    assert _refolded(desk) == one, "as does folding everything again"
    assert _refolded(desk, "2026-11-25") == one, "or the last days only"


@given(said=st.lists(drafts, max_size=12))
@settings(max_examples=40, suppress_health_check=_SAME_FILES, deadline=None)
def test_what_is_projected_step_by_step_is_what_the_log_says(desk, said: list[Draft]) -> None:
    _emptied(desk)
    for draft in said:
        try:
            desk.write(draft)
        except KnownError as error:
            if error.key != "calling.counter_busy":
                raise
    shown = desk.tables()
    assert _refolded(desk) == shown
    busy = desk.rows("SELECT business_day, counter FROM ticket WHERE rank IN (10, 15, 20)")
    assert len(busy) == len(shown["occupancy"]) == len(set(busy))


def _called(ticket: str, counter: int, rank: int = 10) -> Draft:
    kind = EventKind.TICKET_CALLED if rank == 10 else EventKind.SERVICE_FINISHED
    return Draft(
        kind=kind, actor="0017", ticket=ticket, business_day=DAY, rank=rank, counter=counter
    )


def test_a_counter_called_two_customers_while_apart_and_has_both(desk: Desk) -> None:
    first, second, third = (issued(f"A100{n}") for n in (1, 2, 3))
    names = [draft.ticket or "" for draft in (first, second, third)]
    desk.write(first, second, third)
    give(desk, told([_called(names[1], 3)], at_ms=START_MS + 2_000))
    give(desk, told([_called(names[0], 3)], at_ms=START_MS + 1_000))

    def there() -> str | None:
        with desk.log.reader() as work:
            ticket = work.at_counter(DAY, 3)
        return ticket.ticket_id if ticket else None

    assert there() == names[1], "the later word counts, whichever came first"
    with pytest.raises(KnownError) as caught:
        desk.write(_called(names[2], 3))
    assert caught.value.key == "calling.counter_busy"
    desk.clock.at = desk.clock.at.replace(minute=1)
    desk.write(_called(names[1], 3, rank=32))
    assert there() == names[0], "the other one is still called to it"
    with pytest.raises(KnownError):
        desk.write(_called(names[2], 3))
    desk.write(_called(names[0], 3, rank=32))
    assert there() is None
    desk.write(_called(names[2], 3))
    assert there() == names[2]


def test_the_winner_of_two_counters_has_the_ticket(desk: Desk) -> None:
    ticket = issued("A1001")
    desk.write(ticket)
    name = ticket.ticket or ""
    desk.write(_called(name, 5))
    assert desk.rows("SELECT counter, ticket_id FROM occupancy") == [(5, name)]
    granted = Draft(
        kind=EventKind.TICKET_CALLED, actor="0017", ticket=name, business_day=DAY, rank=10,
        counter=3, claim_priority=2,
    )  # fmt: skip
    give(desk, told([granted], at_ms=START_MS + 9_000))
    assert desk.rows("SELECT counter, ticket_id FROM occupancy") == [(3, name)]
