"""Keeps the desk's latest forecast up to date from the `lobby forecast` beside its window."""

import json
import logging

from PySide6.QtCore import QObject

from lobby_app.app.beside import START_AFTER_MS, Beside
from lobby_app.config import Settings
from lobby_app.services.present_forecast import LatestForecast, from_document

_log = logging.getLogger(__name__)


class ForecastFeed(Beside):
    """Takes the newest line; without any, the deterministic forecast stays in force."""

    def __init__(
        self,
        settings: Settings,
        latest: LatestForecast,
        parent: QObject,
        start_after_ms: int = START_AFTER_MS,
    ) -> None:
        super().__init__("forecast", settings, parent, start_after_ms)
        self._latest = latest
        self.said.connect(self._take)

    def _take(self, line: bytes) -> None:
        try:
            self._latest.value = from_document(json.loads(line))
        except (ValueError, TypeError, KeyError):
            _log.warning("a forecast that cannot be read")
