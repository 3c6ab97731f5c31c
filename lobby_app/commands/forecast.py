"""`lobby forecast`: the forecast of the floor, one JSON line after every change of the log.

Windows run it beside themselves: the compiled simulator needs more memory than a window, and a
window must not wait for it. It ends with its standard input, so never outlives who started it.
"""

import json
import logging
import sys
from time import monotonic

from lobby_app.assembly import open_desk
from lobby_app.commands.beside import Ending
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.logsetup import set_up_logging
from lobby_app.services.desk import Desk
from lobby_app.services.forecasting import FloorForecaster
from lobby_app.services.kept_calibration import CalibrationFile
from lobby_app.services.present_forecast import as_document

LOOK_S, AGAIN_S = 0.25, 15.0
"""How often the log is looked at, and when a forecast is made although nothing happened."""
_log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Write forecasts until standard input ends; return the exit status."""
    set_up_logging(settings.data_dir / "log")
    ending = Ending()
    opened = open_desk(settings)
    try:
        kept = CalibrationFile(settings.data_dir)
        _forecast_until(ending, opened.desk, FloorForecaster(opened.desk, kept))
    except Exception:
        _log.exception("the forecast ends")
        return 2
    finally:
        opened.close()
    return 0


def _forecast_until(ending: Ending, desk: Desk, forecaster: FloorForecaster) -> None:
    seen, made_at = -1, 0.0
    while not ending.is_over(LOOK_S):
        try:
            count = desk.changes()
            if count == seen and monotonic() - made_at < AGAIN_S:
                continue
            line = json.dumps(as_document(forecaster.forecast()), separators=(",", ":"))
        except KnownError as error:
            # A busy or full disk: the windows go on with their own forecast meanwhile.
            _log.warning("forecast: %s", error.key)
            continue
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        seen, made_at = count, monotonic()
