"""What came of a call: a number, somebody who was faster, a ticket that went elsewhere."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket that somebody else called first. `counter`: who has it, None where nobody knows."""

    number: str
    counter: int | None


@dataclass(frozen=True, slots=True)
class Called:
    """What came of calling the next. `number`: None when nobody is left for this counter.

    Attributes:
        taken: who was faster, when that is why nobody is left.
    """

    number: str | None
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class LostCall:
    """A ticket that was called here and went to another counter all the same.

    Attributes:
        called_at: of the call that was lost. state: of the ticket now.
        counter: where it is now, None where it is at none.
        can_start: no service has begun yet: if the customer stands here, it may begin here.
    """

    ticket_id: str
    number: str
    called_at: datetime
    state: str
    counter: int | None
    can_start: bool
