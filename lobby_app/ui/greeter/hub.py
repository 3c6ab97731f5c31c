"""What the controllers of the greeter's window share: state, words, workers, one way to tell."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.business import Policy
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.services.views import Session
from lobby_app.ui.greeter.port import Reception
from lobby_app.ui.greeter.state import DeskState, VisitState
from lobby_app.ui.i18n import Wording
from lobby_app.ui.shortcuts import KeyMap
from lobby_app.ui.tasks import TaskRunner

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

SHORT_S = 6.0
"""How long a notice stays that needs no action, seconds."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question. `role`: style of its button. `icon`: name or empty."""

    code: str
    text: str
    role: str = "row"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question over the window; `then` gets the code of the answer.

    Attributes:
        default: place of the answer that Enter gives.
    """

    title: str
    text: str
    choices: tuple[Choice, ...]
    then: Callable[[str], None]
    default: int = 0


class Hub(QObject):
    """State of the window and the roads out of it. Lives in the GUI thread.

    Signals:
        changed(): something visible changed.
        told(str, str, float): notice text, level (info, ok, amber, red), seconds (0 = stays).
        asked(object): a Question.
    """

    changed = Signal()
    told = Signal(str, str, float)
    asked = Signal(object)

    def __init__(
        self,
        parent: QObject,
        wording: Wording,
        keys: KeyMap,
        database: TaskRunner,
        devices: TaskRunner,
    ) -> None:
        super().__init__(parent)
        self.wording = wording
        self.keys = keys
        self.database = database
        self.devices = devices
        self.visit = VisitState()
        self.desk = DeskState()
        self._reception: Reception | None = None
        self._policy: Policy | None = None

    @property
    def is_open(self) -> bool:
        """Whether the desk's files are open."""
        return self._reception is not None

    @property
    def reception(self) -> Reception:
        """The use cases; there are none before `attach`."""
        if self._reception is None:
            raise BugError("the desk is not open yet")
        return self._reception

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        if self._policy is None:
            raise BugError("the desk is not open yet")
        return self._policy

    @property
    def session(self) -> Session:
        """Who is signed on."""
        if self.desk.session is None:
            raise BugError("nobody is signed on")
        return self.desk.session

    @property
    def is_working(self) -> bool:
        """Whether somebody is signed on and the desk is not locked."""
        return self.is_open and self.desk.session is not None and not self.desk.is_locked

    def attach(self, reception: Reception, policy: Policy) -> None:
        """Give the window its desk, once the files are open."""
        self._reception = reception
        self._policy = policy

    def run(
        self,
        job: Callable[[], _T],
        on_done: Callable[[_T], None],
        on_error: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Run a use case on the db worker; an error is told unless `on_error` takes it."""
        self.database.submit(job, on_done, on_error or self.fail)

    def tell(
        self, key: str, level: str = "info", seconds: float = SHORT_S, **params: object
    ) -> None:
        """Show a sentence of the greeter's window in the notice."""
        self.told.emit(self.wording(key, **params), level, seconds)

    def fail(self, error: BaseException) -> None:
        """Say what went wrong; ours gets a number under which the log has the whole story."""
        self.told.emit(self.sentence(error), "red", 0.0)

    def sentence(self, error: BaseException) -> str:
        """Return one sentence for any error; what is ours is logged with a number."""
        if isinstance(error, KnownError):
            return self.wording.messages.error(error)
        number = token_hex(2).upper()
        _log.error("error %s", number, exc_info=error)
        return self.wording("bug", number=number)

    def ask(self, question: Question) -> None:
        """Ask something over the window."""
        self.asked.emit(question)
