"""A partner's pages, the next one on its way while the present one is stored.

Both a server that selects and a disk that commits let somebody else compute meanwhile.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from lobby_app.domain.ports import Replica
from lobby_app.domain.replication import PAGE, Page, Place

MakeReader = Callable[[], Executor]
"""Makes who reads ahead, for one pull."""


def one_thread() -> Executor:
    """Return a thread that starts with its first question."""
    return ThreadPoolExecutor(1, "read-ahead")


class ReadAhead:
    """Reads a partner's pages, one ahead at most; a context, left only when nothing is on its way.

    Between `ask` and the next `read` the partner is busy: nobody else may call it.
    """

    def __init__(self, partner: Replica, reader: Executor) -> None:
        self._partner, self._reader = partner, reader
        self._asked: tuple[Sequence[Place], Future[Page]] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is on its way, which nobody wants any more."""
        self._reader.shutdown()

    def ask(self, after: Sequence[Place]) -> None:
        """Have read what follows these places, in the background."""
        self._asked = after, self._reader.submit(self._page, after)

    def read(self, after: Sequence[Place]) -> Page:
        """Return what follows these places: the page asked for, if it was this one.

        Raises:
            KnownError: what the partner raised, also for a page that is not wanted any more.
        """
        asked, self._asked = self._asked, None
        if asked is not None:
            places, answer = asked
            page = answer.result()
            if places == after:
                return page
        return self._page(after)

    def _page(self, after: Sequence[Place]) -> Page:
        page = self._partner.read(after, PAGE)
        for event in page.events:
            event.envelope()  # now, not while the file is locked for it
        return page
