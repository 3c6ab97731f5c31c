"""The forecast's correction in a small file of the desk: a new process goes on where one ended.

Two numbers and nothing else. The promises in the log cannot stand for it: they are rounded as they
were printed, and some were made by the plain forecast.
"""

import json
import logging
import os
from pathlib import Path

from lobby_app.domain.calibration import Calibration, restored

CALIBRATION_FILE = "forecast-correction.json"
_log = logging.getLogger(__name__)


class CalibrationFile:
    """Reads and replaces the file. Several processes of a desk may: the newest stays."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CALIBRATION_FILE
        # Each process writes beside the file under a name of its own, then puts it in its place.
        self._draft = folder / f"{CALIBRATION_FILE}.{os.getpid()}"
        self._is_failing = False

    def read(self) -> Calibration:
        """Return what was kept; a fresh correction when there is none that can be understood."""
        try:
            found = json.loads(self._path.read_text(encoding="ascii"))
            return restored(float(found["log_scale"]), float(found["width"]))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return Calibration()

    def keep(self, calibration: Calibration) -> None:
        """Replace what is kept. A disk that is full costs the correction, not the forecast."""
        note = {"log_scale": calibration.log_scale, "width": calibration.width}
        try:
            self._draft.write_text(json.dumps(note), encoding="ascii")
            self._draft.replace(self._path)
        except OSError as error:
            if not self._is_failing:
                _log.warning("the correction of the forecast is not kept: %s", error.strerror)
            self._is_failing = True
            return
        self._is_failing = False
