"""What the window knows of the desk besides the visit: nothing yet when it is first painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lobby_app.domain.ports import PrinterStatus
    from lobby_app.services.views import DeskStatus, FloorView, Session


@dataclass(slots=True)
class DeskState:
    """What is known of the desk besides the visit."""

    session: Session | None = None
    is_locked: bool = False
    is_blurred: bool = False
    floor: FloorView | None = None
    status: DeskStatus | None = None
    printer: PrinterStatus | None = None
    printer_failed: bool = False
    seconds_left: int | None = None
