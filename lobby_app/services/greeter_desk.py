"""The use cases of the greeter's window, bound to one desk and its printer."""

from dataclasses import dataclass

from lobby_app.domain.business import Need
from lobby_app.domain.credential import Unreadable
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.ports import PrinterStatus, PrintResult, TicketPrinter
from lobby_app.services import (
    advising,
    calling,
    floor,
    reception,
    registers,
    signing_on,
    ticketing,
    triage_record,
)
from lobby_app.services.desk import Desk
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


@dataclass(frozen=True, slots=True)
class GreeterDesk:
    """Blocking calls; each is one use case of the module it names. Raises KnownError."""

    desk: Desk
    printer: TicketPrinter

    def sign_on(self, number: str, pin: str) -> Session:
        """See services.signing_on."""
        return signing_on.sign_on(self.desk, number, pin)

    def unlock(self, session: Session, pin: str) -> Session:
        """See services.signing_on."""
        return signing_on.unlock(self.desk, session, pin)

    def sign_off(self, session: Session) -> None:
        """See services.signing_on."""
        signing_on.sign_off(self.desk, session)

    def identify(self, session: Session, raw_text: str) -> Identified | ScannedTicket | Unreadable:
        """See services.reception."""
        return reception.identify(self.desk, session, raw_text)

    def anonymous(self, session: Session) -> Identified:
        """See services.reception."""
        return reception.anonymous(self.desk)

    def advise(self, visit: Visit, need: Need, wishes: Wishes) -> Advice:
        """See services.advising."""
        return advising.advise(self.desk, visit, need, wishes)

    def override_choices(self, advice: Advice) -> tuple[ChannelOption, ...]:
        """See services.advising."""
        return advising.override_choices(self.desk, advice)

    def issue(self, session: Session, visit: Visit, advice: Advice, wishes: Wishes) -> Issued:
        """See services.ticketing."""
        return ticketing.issue(self.desk, session, visit, advice, wishes)

    def close_without_ticket(
        self, session: Session, visit: Visit, advice: Advice, wishes: Wishes
    ) -> None:
        """See services.triage_record."""
        triage_record.close_without_ticket(self.desk, session, visit, advice, wishes)

    def record_print(
        self, session: Session, ticket_id: str, result: PrintResult, copy: int
    ) -> None:
        """See services.ticketing."""
        ticketing.record_print(self.desk, session, ticket_id, result, copy)

    def reprint(self, session: Session, ticket_id: str) -> Issued:
        """See services.ticketing."""
        return ticketing.reprint(self.desk, session, ticket_id)

    def cancel(self, session: Session, ticket_id: str, reason: str) -> str:
        """See services.ticketing."""
        return ticketing.cancel(self.desk, session, ticket_id, reason)

    def bring_back(self, session: Session, ticket_id: str) -> str:
        """See services.calling."""
        return calling.bring_back(self.desk, session, ticket_id).number

    def undo_last(self, session: Session) -> str | None:
        """See services.ticketing."""
        return ticketing.undo_last(self.desk, session)

    def register_complaint(self, session: Session, visit: Visit | None, category: str) -> str:
        """See services.registers."""
        return registers.register_complaint(self.desk, session, visit, category)

    def log_assistance(self, session: Session, visit: Visit | None, kind: str) -> None:
        """See services.registers."""
        registers.log_assistance(self.desk, session, visit, kind)

    def call_supervisor(self, session: Session, visit: Visit | None, reason: str) -> None:
        """See services.registers."""
        registers.call_supervisor(self.desk, session, visit, reason)

    def floor_view(self) -> FloorView:
        """See services.floor."""
        return floor.floor_view(self.desk)

    def desk_status(self) -> DeskStatus:
        """See services.floor."""
        return floor.desk_status(self.desk)

    def set_device(self, session: Session, device_id: str, state: ChannelState) -> None:
        """See services.floor."""
        floor.set_device(self.desk, session, device_id, state)

    def print_slip(self, issued: Issued) -> PrintResult:
        """See domain.ports.TicketPrinter; blocks until the printer has answered."""
        return self.printer.print(issued.slip, issued.job_id)

    def printer_status(self) -> PrinterStatus:
        """See domain.ports.TicketPrinter."""
        return self.printer.status()
