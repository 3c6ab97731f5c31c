"""A demo person's numbers. They live as long as the generator needs them: only tokens leave it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lobby_app.scans.demo_numbers import (
    demo_card_number,
    demo_mobile,
    demo_resident_number,
)

Token = Callable[[str, str], str]
"""Domain and number → keyed token, as `ScanContext.token`."""

_CARD_STEP = 7_919
_CARD_VALID_UNTIL = "4912"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Obviously false numbers of one person.

    Attributes:
        document: resident number, or passport number of somebody from abroad.
        licence: number of a driving licence, None for all but the one specimen.
    """

    card: str
    document: str
    mobile: str
    licence: str | None = None

    def tokens(self, token: Token) -> tuple[str, ...]:
        """Return the keyed tokens, under the same domains as the scans."""
        tokens = (
            token("card", self.card),
            token("document", self.document),
            token("mobile", self.mobile),
        )
        return tokens if self.licence is None else (*tokens, token("licence", self.licence))


def card_of(place: int) -> str:
    """Return the card number of the person at `place` (0 …) in the population."""
    return demo_card_number(100_000_000 + place * _CARD_STEP)


def mobile_of(place: int) -> str:
    """Return the phone number of the person at `place` (0 … 9999)."""
    return demo_mobile(place)


def passport_of(place: int) -> str:
    """Return the passport number of Utopia of the person at `place`."""
    return f"DEMO{place:05d}"


def licence_of(place: int) -> str:
    """Return the driving-licence number of the person at `place`."""
    return f"DEMO{place:08d}"


def resident_of(place: int, birth: date, *, is_male: bool, taken: set[str]) -> str:
    """Return a resident number that is not in `taken`, and note it there."""
    sequence = 2 * (place % 500) + is_male
    number = demo_resident_number(birth, sequence)
    while number in taken:
        sequence += 2
        number = demo_resident_number(birth, sequence)
    taken.add(number)
    return number


def track_2(card: str) -> str:
    """Return the second track of a card as a stripe reader types it."""
    return f";{card}={_CARD_VALID_UNTIL}2010000000000?"


def licence_text(number: str, birth: date, expiry: date) -> str:
    """Return the text of a North American licence's bar code (AAMVA), a specimen."""
    elements = (
        f"DAQ{number}", "DCSSPECIMEN", "DACDEMO", f"DBB{birth:%m%d%Y}", f"DBA{expiry:%m%d%Y}",
        "DBC2", "DCGUSA",
    )  # fmt: skip
    # The older header: it has no space, which a copy out of a PDF may turn into a tab.
    return "@\nAAMVA636000100001DL00310100DL" + "\n".join(elements) + "\n"
