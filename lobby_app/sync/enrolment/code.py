"""The one-time code of an enrolment: read aloud, typed, pasted or scanned. Pure.

120 random bits as 24 characters and one check character, in five groups of five. The check is a
sum over GF(32) with a different weight at each place: every single wrong character and every two
that changed places are found.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lobby_app.domain.errors import KnownError

SECRET_BYTES = 15
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_PLACES = 24
_GROUP = 5
_BETWEEN = frozenset(" -_.\t\r\n\u2010\u2011\u2012\u2013\u2014\u2212")
_MOST_TYPED = 200
_MODULUS = 0b100101
"""x⁵ + x² + 1: 2 generates all 31 non-zero elements, so the weights 2⁰ … 2²⁴ differ."""


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code. `secret`: its 15 random bytes."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError("a code has 15 bytes")

    @property
    def text(self) -> str:
        """Return the code as it is shown: five groups of five characters."""
        number = int.from_bytes(self.secret, "big")
        digits = [number >> 5 * place & 31 for place in reversed(range(_PLACES))]
        letters = "".join(_ALPHABET[digit] for digit in (*digits, _check(digits)))
        groups = (letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))
        return "-".join(groups)

    @property
    def lookup(self) -> str:
        """Return what the centre is told: it finds the enrolment, it opens nothing."""
        return self._derived(b"lobby enrolment lookup 1").hex()

    @property
    def wrapping_key(self) -> bytes:
        """Return the key of the bundle, which the centre never learns."""
        return self._derived(b"lobby enrolment bundle 1")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=purpose).derive(self.secret)


def read_code(typed: str) -> EnrolmentCode:
    """Return the code somebody typed, pasted or scanned: case, gaps and O for 0 do not matter.

    Raises:
        KnownError: `enrolment.wrong_code`; it never names what was typed.
    """
    shown = unicodedata.normalize("NFKC", typed[:_MOST_TYPED]).upper()
    digits = [_VALUES.get(letter, -1) for letter in shown if letter not in _BETWEEN]
    wanted = _PLACES + 1
    if len(typed) > _MOST_TYPED or len(digits) != wanted or -1 in digits:
        raise KnownError("enrolment.wrong_code")
    if _check(digits[:_PLACES]) != digits[_PLACES]:
        raise KnownError("enrolment.wrong_code")
    number = 0
    for digit in digits[:_PLACES]:
        number = number << 5 | digit
    return EnrolmentCode(number.to_bytes(SECRET_BYTES, "big"))


def _check(digits: Sequence[int]) -> int:
    """Return the check digit: the sum of 2^(place) · digit over GF(32), the check's weight 1."""
    total = 0
    for digit in digits:
        total = _doubled(total ^ digit)
    return total


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ _MODULUS if value & 32 else value
