"""What goes wrong between and inside the machines of the simulated branch."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any, Protocol

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import LocalReplica
from lobby_app.domain.replication import PAGE, Page, Place


class Crashed(Exception):  # noqa: N818  # nothing is wrong: the machine stops here
    """The process ends here; what was committed stays."""


class Line(Protocol):
    """Whatever carries documents."""

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> Mapping[str, Any]: ...


class AtOnce(Executor):
    """Reads ahead before anything else happens, on the caller's thread: a seed is one history."""

    def submit(  # type: ignore[override]  # nobody asks with more than places
        self, read: Callable[[Any], Any], *asked: object
    ) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(read(*asked))
        except Exception as error:  # whoever takes the answer hears it
            answer.set_exception(error)
        return answer


class BadLine:
    """wire.Transport that loses requests and answers, repeats requests, and can be cut."""

    def __init__(
        self,
        line: Line,
        dice: random.Random,
        loss: float,
        counts: dict[str, int],
        page: int = PAGE,
    ) -> None:
        self._line, self._dice, self._counts, self._page = line, dice, counts, page
        self.loss = loss
        self.is_cut = False
        self.meanwhile: Callable[[], None] | None = None
        """What others do while a question is on its way; it happens once at most."""

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        if self.is_cut or self._dice.random() < self.loss:
            self._counts["requests lost"] += 1
            raise KnownError("sync.no_answer")
        # Before the first question nothing is known yet that could be out of date.
        if self.meanwhile is not None and name != "heads" and self._dice.random() < 0.5:
            others, self.meanwhile = self.meanwhile, None
            others()
        if self._dice.random() < self.loss:
            self._counts["requests doubled"] += 1
            self._carry(name, document)
        answer = self._carry(name, document)
        if self._dice.random() < self.loss:
            self._counts["answers lost"] += 1
            raise KnownError("sync.no_answer")
        return answer

    def _carry(self, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
        there = json.loads(json.dumps(document))
        if name == "read":
            there["limit"] = min(there["limit"], self._page)
        answer: dict[str, Any] = json.loads(json.dumps(self._line.call(name, there)))
        self._counts["short polls"] += name == "heads" and "heads" not in answer
        return answer

    def close(self) -> None:
        """Whoever made the line closes it."""


class Mortal:
    """A replica whose process may die before or after any of its transactions."""

    def __init__(
        self, replica: LocalReplica, dice: random.Random, rate: float, page: int = PAGE
    ) -> None:
        self._replica, self._dice, self._rate, self._page = replica, dice, rate, page

    def read(self, after: Sequence[Place], limit: int) -> Page:
        return self._replica.read(after, min(limit, self._page))

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._replica, name)
        if not callable(attribute):
            return attribute

        def called(*arguments: object) -> object:
            if self._dice.random() < self._rate:
                raise Crashed
            answer = attribute(*arguments)
            if self._dice.random() < self._rate:
                raise Crashed
            return answer

        return called
