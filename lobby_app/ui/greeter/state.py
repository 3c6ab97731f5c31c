"""What the window knows of the visit at the desk now. Changed only by the controllers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from lobby_app.domain.business import Need
from lobby_app.domain.ports import PrintResult
from lobby_app.services.views import Advice, Identified, Issued, Wishes


class Phase(StrEnum):
    """Where the visit stands."""

    IDLE = "idle"
    READING = "reading"
    UNREADABLE = "unreadable"
    CHOOSING = "choosing"
    ADVISED = "advised"
    ISSUED = "issued"


@dataclass(slots=True)
class VisitState:
    """One visit, from the scan to the ticket.

    Attributes:
        reason: message key of an unreadable scan.
        is_direct: opened by F10: choosing a business prints at once (two keys).
        is_second_ticket_meant: the greeter said that another ticket is wanted.
        is_working: a ticket or a closing is being written; Enter must not do it twice.
        acts_when_ready: Enter came before the advice; it acts on the advice it was meant for.
        seen_documents: document codes of this business, so that none can vanish when unticked.
        early: what the greeter asked for while the desk was still at work; it follows in order.
    """

    phase: Phase = Phase.IDLE
    reason: str = ""
    identified: Identified | None = None
    need: Need | None = None
    wishes: Wishes = field(default_factory=Wishes)
    advice: Advice | None = None
    is_advice_due: bool = False
    issued: Issued | None = None
    print_result: PrintResult | None = None
    is_direct: bool = False
    is_second_ticket_meant: bool = False
    is_working: bool = False
    acts_when_ready: bool = False
    hides_reminder: bool = False
    seen_documents: tuple[str, ...] = ()
    early: list[Callable[[], None]] = field(default_factory=list)

    @property
    def may_change(self) -> bool:
        """Whether need and wishes are still open: not before, after or while it is written."""
        return self.phase in (Phase.CHOOSING, Phase.ADVISED) and not self.is_working
