"""What the wall asks of the desk; services.board answers."""

from datetime import datetime
from typing import Protocol

from lobby_app.services.views import BoardView


class BoardPort(Protocol):
    """`changes` and `board` block and run on the db worker; both may raise KnownError."""

    def changes(self) -> int:
        """Return a number that rises whenever anybody committed."""
        ...

    def board(self) -> BoardView:
        """Return everything the wall shows."""
        ...

    def now(self) -> datetime:
        """Return the branch's present time; never blocks."""
        ...
