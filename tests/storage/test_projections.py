"""Projections: what SQLite holds after each event is what folding all events again gives."""

from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby_app.cache.engine import make_engine
from lobby_app.cache.folding import Placed, fold_in
from lobby_app.cache.projections import COLUMNS, fold_from_row, row_from_fold
from lobby_app.cache.schema import log_metadata
from lobby_app.domain.event import Draft, EventKind, parse_body
from tests.unit.domain.events import bodies, folded, placed

_TICKETS = f"SELECT {COLUMNS} FROM ticket"  # noqa: S608
EVENTS = st.lists(placed, min_size=1, max_size=8).map(bodies)


def _projected(events: list[tuple[str, int, str]]) -> tuple[list[tuple], list[tuple]]:
    engine = make_engine(None, None)
    with closing(engine.raw_connection()), engine.begin() as connection:
        log_metadata.create_all(connection)
        for body, hlc, log in events:
            envelope = parse_body(body)
            assert envelope is not None
            fold_in(connection, [Placed(log, hlc, envelope)])
        tickets = connection.exec_driver_sql(_TICKETS).fetchall()
        devices = connection.exec_driver_sql("SELECT * FROM device_state ORDER BY 1").fetchall()
    engine.dispose()
    return [tuple(row) for row in tickets], [tuple(row) for row in devices]


@given(EVENTS, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_event_by_event_equals_all_at_once_in_any_order(events, random) -> None:
    shuffled = events + events[:2]
    random.shuffle(shuffled)
    fold = folded(events)
    tickets, devices = _projected(shuffled)
    assert tickets == ([row_from_fold(fold)] if fold else [])
    assert (tickets, devices) == _projected(events)


@given(EVENTS)
def test_a_row_is_the_fold_it_came_from(events) -> None:
    fold = folded(events)
    if fold is not None:
        assert fold_from_row(row_from_fold(fold)) == fold


def test_the_last_word_about_a_machine_counts() -> None:
    def said(state: str, hlc: int) -> tuple[str, int, str]:
        draft = Draft(
            kind=EventKind.DEVICE_STATE_SET,
            actor="0017",
            ticket=None,
            business_day=None,
            data={"device": "stm-1", "state": state},
        )
        (event,) = bodies([(draft, hlc, "0" * 31 + "1")])
        return event[0].replace('"actor"', '"business_day":"2026-11-24","actor"'), hlc, event[2]

    _, devices = _projected([said("down", 2), said("up", 1)])
    assert [row[2] for row in devices] == ["down"]
