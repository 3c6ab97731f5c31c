"""What the greeter's window asks of the desk: the use cases, already bound to it by app.py."""

from typing import Protocol

from lobby_app.domain.business import Need
from lobby_app.domain.credential import Unreadable
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.ports import PrinterStatus, PrintResult
from lobby_app.services.views import (
    Advice,
    ChannelOption,
    DeskStatus,
    FloorView,
    Identified,
    Issued,
    ScannedTicket,
    Session,
    Visit,
    Wishes,
)


class Reception(Protocol):
    """Blocking use cases of one desk.

    Everything runs on the db worker, except `print_slip` and `printer_status`, which run on the
    device worker. All may raise KnownError with a sentence for the greeter.
    """

    def sign_on(self, number: str, pin: str) -> Session:
        """Open a session, see services.signing_on."""
        ...

    def unlock(self, session: Session, pin: str) -> Session:
        """Open the same session again."""
        ...

    def sign_off(self, session: Session) -> None:
        """Close the session."""
        ...

    def identify(self, session: Session, raw_text: str) -> Identified | ScannedTicket | Unreadable:
        """Turn a scan into a visit."""
        ...

    def anonymous(self, session: Session) -> Identified:
        """Open a visit without a scan."""
        ...

    def advise(self, visit: Visit, need: Need, wishes: Wishes) -> Advice:
        """Return the recommendation."""
        ...

    def override_choices(self, advice: Advice) -> tuple[ChannelOption, ...]:
        """Return the channels the greeter may choose instead."""
        ...

    def issue(self, session: Session, visit: Visit, advice: Advice, wishes: Wishes) -> Issued:
        """Commit a ticket."""
        ...

    def close_without_ticket(
        self, session: Session, visit: Visit, advice: Advice, wishes: Wishes
    ) -> None:
        """Close a visit that needs no ticket."""
        ...

    def record_print(
        self, session: Session, ticket_id: str, result: PrintResult, copy: int
    ) -> None:
        """Note what became of a print job."""
        ...

    def reprint(self, session: Session, ticket_id: str) -> Issued:
        """Return the same ticket as a further copy."""
        ...

    def cancel(self, session: Session, ticket_id: str, reason: str) -> str:
        """Cancel a waiting ticket; return its number."""
        ...

    def bring_back(self, session: Session, ticket_id: str) -> str:
        """Let a parked or missed customer wait again; return the number."""
        ...

    def undo_last(self, session: Session) -> str | None:
        """Cancel the last ticket of this desk if it is younger than 60 s; return its number."""
        ...

    def register_complaint(self, session: Session, visit: Visit | None, category: str) -> str:
        """Register a complaint; return its number."""
        ...

    def log_assistance(self, session: Session, visit: Visit | None, kind: str) -> None:
        """Note help given."""
        ...

    def call_supervisor(self, session: Session, visit: Visit | None, reason: str) -> None:
        """Call the supervisor."""
        ...

    def floor_view(self) -> FloorView:
        """Return the side panel."""
        ...

    def desk_status(self) -> DeskStatus:
        """Return the status strip."""
        ...

    def set_device(self, session: Session, device_id: str, state: ChannelState) -> None:
        """Note the state of one machine."""
        ...

    def print_slip(self, issued: Issued) -> PrintResult:
        """Print one slip (device worker)."""
        ...

    def printer_status(self) -> PrinterStatus:
        """Ask the printer how it is (device worker)."""
        ...
