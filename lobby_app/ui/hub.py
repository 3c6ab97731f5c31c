"""What the controllers of any window share: words, the db worker, one way to tell and to ask."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from os import urandom
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.errors import KnownError
from lobby_app.ui.i18n import Wording
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


class WindowHub(QObject):
    """The roads out of a window's controllers. Lives in the GUI thread.

    Signals:
        changed(): something visible changed.
        told(str, str, float): notice text, level (info, ok, amber, red), seconds (0 = stays).
        asked(object): a Question.
    """

    changed = Signal()
    told = Signal(str, str, float)
    asked = Signal(object)

    def __init__(self, parent: QObject, wording: Wording, database: TaskRunner) -> None:
        super().__init__(parent)
        self.wording = wording
        self.database = database

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
        """Show a sentence of this window in the notice."""
        self.told.emit(self.wording(key, **params), level, seconds)

    def fail(self, error: BaseException) -> None:
        """Say what went wrong; ours gets a number under which the log has the whole story."""
        self.told.emit(self.sentence(error), "red", 0.0)

    def sentence(self, error: BaseException) -> str:
        """Return one sentence for any error; what is ours is logged with a number."""
        if isinstance(error, KnownError):
            return self.wording.messages.error(error)
        number = urandom(2).hex().upper()
        _log.error("error %s", number, exc_info=error)
        return self.wording("bug", number=number)

    def ask(self, question: Question) -> None:
        """Ask something over the window."""
        self.asked.emit(question)
