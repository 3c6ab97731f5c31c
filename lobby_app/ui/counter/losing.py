"""Says once that another counter has won a call of this one, and what to do next."""

from collections.abc import Sequence
from datetime import datetime

from lobby_app.services.called import LostCall
from lobby_app.ui.counter.keys import CounterCommand, label_of
from lobby_app.ui.hub import WindowHub


class LossTeller:
    """Remembers what was told. A notice that still stands follows the ticket; what is over is over.

    Nothing asks for an answer: the teller may be in the middle of something.
    """

    def __init__(self, hub: WindowHub) -> None:
        self._hub = hub
        self._told: dict[tuple[str, datetime], LostCall] = {}
        self._standing: tuple[str, datetime] | None = None

    def tell(self, lost: Sequence[LostCall]) -> None:
        """Tell what is new among the lost calls, the newest last: it is the one that stays."""
        for one in reversed(lost):
            key = one.ticket_id, one.called_at
            before = self._told.get(key)
            if before is None or (key == self._standing and before != one):
                self._told[key], self._standing = one, key
                self._hub.tell(
                    f"lost_{one.state}",
                    "amber",
                    0.0,
                    number=one.number,
                    counter=one.counter,
                    press=label_of(CounterCommand.START),
                )

    def move_on(self) -> None:
        """The teller took a step: the notice is gone, and what it told with it."""
        self._standing = None
