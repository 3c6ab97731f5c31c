"""Invented names and how the desk may show them (domain 5.5, 6.6)."""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from lobby_app.demo.data import demo_table

_COMPOUND_SHARE = 0.006
_TWO_CHARACTERS_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name. `is_latin`: given name first, as on a passport of the Latin script."""

    surname: str
    given: str
    is_latin: bool = False

    @property
    def masked(self) -> str:
        """The form people may see: one given character, or initial and first letter in Latin."""
        if self.is_latin:
            return f"{self.given[0]}. {self.surname[0]}{'*' * (len(self.surname) - 1)}"
        shown = self.given[-1] if len(self.given) > 1 else ""
        return f"{self.surname}*{shown}"


def chinese_name(rng: Random, *, is_male: bool) -> Name:
    """Return a common surname (a compound one now and then) with an invented given name."""
    people = demo_table("people")
    if rng.random() < _COMPOUND_SHARE:
        surname = rng.choice(people["compound_surnames"])
    else:
        surname = rng.choices(people["surnames"], cum_weights=_COMMONNESS)[0]
    given = rng.choice(people["given_male" if is_male else "given_female"])
    if rng.random() < _TWO_CHARACTERS_SHARE:
        given = rng.choice(people["given_first"]) + given
    return Name(surname, given)


def latin_name(rng: Random, *, is_male: bool) -> Name:
    """Return an invented name in Latin script."""
    people = demo_table("people")
    given = rng.choice(people["latin_given_male" if is_male else "latin_given_female"])
    return Name(rng.choice(people["latin_surnames"]), given, is_latin=True)


_COMMONNESS = list(accumulate(1 / (rank + 8) for rank in range(100)))
