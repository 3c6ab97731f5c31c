"""Who is at which counter now: what the controllers of the panel share."""

from dataclasses import dataclass

from lobby_app.services.views import CounterView, Session
from lobby_app.ui.counter.port import CounterPort


@dataclass(slots=True)
class Post:
    """State of the panel; None until it is known.

    Attributes:
        port: the use cases, once the desk is open.
        wanted: counter asked for on the command line.
    """

    port: CounterPort | None = None
    session: Session | None = None
    counter: int | None = None
    wanted: int | None = None
    view: CounterView | None = None
