"""A part of a whole, and of nothing none. A value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`; `value` None of nothing."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.part / self.whole if self.whole else None
