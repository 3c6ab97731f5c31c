"""The forecast of the present floor, on a real log: learned, published, used on the very floor."""

import json
import math
from datetime import timedelta
from pathlib import Path

import pytest

from lobby_app.domain.business import Priority
from lobby_app.domain.calibration import Calibration
from lobby_app.services import calling
from lobby_app.services.desk import Desk
from lobby_app.services.forecasting import FloorForecaster
from lobby_app.services.kept_calibration import CALIBRATION_FILE, CalibrationFile
from lobby_app.services.present_forecast import Forecast, as_document, from_document
from lobby_app.services.queues import Place, read_queues
from lobby_app.services.views import Session
from tests.helpers.log_guard import ExpectedLog
from tests.storage.desk import SetClock
from tests.unit.services.visits import issued

QUEUE = "cash_counter"


@pytest.fixture
def at_work(desk: Desk, session: Session) -> Desk:
    """A desk with one counter that serves the cash queue."""
    calling.open_counter(desk, session, 1, [QUEUE])
    return desk


def _for_new(desk: Desk) -> Place:
    with desk.reader() as work:
        return read_queues(desk, work).place_for_new(QUEUE, Priority.ORDINARY)


def _hours_of_work(desk: Desk, session: Session, clock: SetClock, minutes: float) -> None:
    """Thirty customers are served, each for so long, with nobody waiting in between."""
    for _ in range(30):
        issued(desk, session)
        calling.call_next(desk, session, 1)
        calling.start_service(desk, session, 1)
        clock.at += timedelta(minutes=minutes)
        calling.call_next(desk, session, 1)


def test_who_comes_later_waits_longer_and_everybody_has_a_range(
    at_work: Desk, session: Session
) -> None:
    made = [issued(at_work, session).ticket_id for _ in range(5)]
    forecast = FloorForecaster(at_work).forecast()
    promises = [forecast.waiting[ticket_id] for ticket_id in made]
    middles = [promise.expected for promise in promises]
    assert middles == sorted(middles)
    assert all(p.low <= p.expected <= p.upper <= p.high for p in promises)
    assert forecast.new[QUEUE, Priority.ORDINARY].expected > middles[-1]
    assert forecast.new[QUEUE, Priority.CARE].expected < middles[-1]


def test_a_queue_that_no_counter_serves_has_no_forecast(at_work: Desk, session: Session) -> None:
    made = issued(at_work, session, "corporate")
    forecast = FloorForecaster(at_work).forecast()
    assert made.ticket_id in forecast.floor
    assert made.ticket_id not in forecast.waiting
    assert ("corporate_counter", Priority.ORDINARY) not in forecast.new


def test_handling_times_are_learned_from_finished_services(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    for _ in range(2):
        issued(at_work, session)
    before = FloorForecaster(at_work).forecast().new[QUEUE, Priority.ORDINARY].expected
    for _ in range(3):
        calling.call_next(at_work, session, 1)
    _hours_of_work(at_work, session, clock, 12.0)
    for _ in range(2):
        issued(at_work, session)
    after = FloorForecaster(at_work).forecast().new[QUEUE, Priority.ORDINARY].expected
    assert after > 1.1 * before, "services took much longer than planned"


def test_yesterday_is_learned_from(at_work: Desk, session: Session, clock: SetClock) -> None:
    _hours_of_work(at_work, session, clock, 12.0)
    clock.at = (clock.at + timedelta(days=1)).replace(hour=10, minute=0)
    calling.open_counter(at_work, session, 1, [QUEUE])
    for _ in range(2):
        issued(at_work, session)
    fresh = FloorForecaster(at_work).forecast().new[QUEUE, Priority.ORDINARY].expected
    planned = at_work.policy.businesses["note_exchange"].human_minutes
    assert fresh > 2 * planned


def test_the_forecast_is_used_on_the_very_floor_and_on_no_other(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    for _ in range(4):
        issued(at_work, session)
    plain = _for_new(at_work)
    forecast = at_work.latest_forecast.value = FloorForecaster(at_work).forecast()
    promise = forecast.new[QUEUE, Priority.ORDINARY]
    used = _for_new(at_work)
    assert used.minutes == promise.expected
    assert used.ahead == plain.ahead == 4
    assert used.wait is not None
    assert used.wait.low <= promise.low
    assert used.wait.high >= promise.high
    issued(at_work, session)
    assert _for_new(at_work).minutes != promise.expected, "somebody came: another floor"
    calling.call_next(at_work, session, 1)
    clock.at += timedelta(minutes=2)
    assert _for_new(at_work).minutes != promise.expected, "too old"


def test_promises_are_corrected_by_their_truth(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    forecaster = FloorForecaster(at_work)
    for _ in range(6):
        issued(at_work, session)
        issued(at_work, session)
        forecaster.forecast()
        for _ in range(2):
            clock.at += timedelta(minutes=20)
            calling.call_next(at_work, session, 1)
        calling.call_next(at_work, session, 1)
    forecaster.forecast()
    assert forecaster.calibration.log_scale > 0, "all waited longer than promised"
    assert forecaster.calibration.width > 1, "outside the range"


def test_another_process_goes_on_where_one_ended(
    at_work: Desk, session: Session, clock: SetClock, tmp_path: Path
) -> None:
    forecaster = FloorForecaster(at_work, CalibrationFile(tmp_path))
    for _ in range(3):
        for _ in range(2):
            issued(at_work, session)
        forecaster.forecast()
        clock.at += timedelta(minutes=20)
        calling.call_next(at_work, session, 1)
    forecaster.forecast()
    learned = forecaster.calibration
    assert learned.log_scale > 0
    after = FloorForecaster(at_work, CalibrationFile(tmp_path))
    assert after.calibration == learned
    same, fresh = after.forecast(), FloorForecaster(at_work).forecast()
    assert [same.waiting[one].expected for one in fresh.waiting] == pytest.approx(
        [one.expected * math.exp(learned.log_scale) for one in fresh.waiting.values()]
    )
    assert [path.name for path in tmp_path.glob("*correction*")] == [CALIBRATION_FILE]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"\xff",
        b"[" * 100_000,
        b'{"log_scale":0.5}',
        b'{"log_scale":"x","width":1}',
        b'{"log_scale":NaN,"width":1}',
        b'{"log_scale":9,"width":1}',
        b'{"log_scale":0.5,"width":[1]}',
    ],
)
def test_a_correction_that_cannot_be_understood_begins_anew(tmp_path: Path, content: bytes) -> None:
    file = CalibrationFile(tmp_path)
    (tmp_path / CALIBRATION_FILE).write_bytes(content)
    assert file.read() == Calibration()
    file.keep(Calibration(0.1, 2.0))
    assert file.read() == Calibration(0.1, 2.0)


def test_a_correction_that_cannot_be_kept_costs_no_forecast(
    tmp_path: Path, expected_log: ExpectedLog
) -> None:
    expected_log("the correction of the forecast is not kept")
    file = CalibrationFile(tmp_path / "nowhere")
    for _ in range(2):
        file.keep(Calibration(0.1, 2.0))
    assert file.read() == Calibration()


def test_a_forecast_travels_as_json(at_work: Desk, session: Session) -> None:
    issued(at_work, session)
    forecast = FloorForecaster(at_work).forecast()
    assert from_document(json.loads(json.dumps(as_document(forecast)))) == forecast


@pytest.mark.parametrize("text", ["{}", '{"at":1,"floor":[],"waiting":[],"new":[]}', "[]", "3"])
def test_what_is_no_forecast_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        from_document(json.loads(text))


def test_without_counters_nothing_is_promised(desk: Desk, session: Session) -> None:
    calling.open_counter(desk, session, 1, [QUEUE])
    calling.close_counter(desk, session, 1)
    made = issued(desk, session)
    forecast = FloorForecaster(desk).forecast()
    assert forecast == Forecast(forecast.at, frozenset({made.ticket_id}))
