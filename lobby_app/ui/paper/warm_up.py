"""What has to happen once, in the GUI thread, before tickets are drawn on another."""

from dataclasses import replace
from datetime import UTC, datetime

from lobby_app.ui.paper.bitmap import slip_bitmap
from lobby_app.ui.paper.ruler import trial_slip

_WIDTH = 576


def warm_up() -> None:
    """Draw a ticket with everything on it and throw it away.

    PySide makes the Python types behind a call when it is first made, and not thread-safely: the
    first ticket, painted on screen and drawn for paper at the same moment, crashed the program.
    """
    slip = trial_slip(datetime.now(UTC), "TEST", is_demo=True)
    slip_bitmap(replace(slip, copy=1, is_priority=True), _WIDTH)
