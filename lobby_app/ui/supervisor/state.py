"""What the controllers of the supervisor's window share."""

from dataclasses import dataclass

from lobby_app.services.supervision_views import FairnessView, FiguresView, HallView
from lobby_app.services.views import Session
from lobby_app.ui.supervisor.keys import SupervisorCommand
from lobby_app.ui.supervisor.port import SupervisorPort


@dataclass(slots=True)
class Shift:
    """State of the window; None until it is known. `page`: HALL, FIGURES or FAIRNESS."""

    port: SupervisorPort | None = None
    session: Session | None = None
    page: SupervisorCommand = SupervisorCommand.HALL
    hall: HallView | None = None
    figures: FiguresView | None = None
    fairness: FairnessView | None = None
