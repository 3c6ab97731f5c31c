"""What a scan proves: a kind, a keyed token and a mask. The number itself never gets here."""

from dataclasses import dataclass
from enum import StrEnum

from lobby_app.domain.customer import Title


class CredentialKind(StrEnum):
    """Kinds of scan the desk understands."""

    PAYMENT_CARD = "payment_card"
    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGNER_CARD = "foreigner_card"
    TRAVEL_DOCUMENT = "travel_document"
    DRIVING_LICENCE = "driving_licence"
    CUSTOMER_CODE = "customer_code"
    APPOINTMENT_CODE = "appointment_code"
    TICKET_CODE = "ticket_code"
    MOBILE_NUMBER = "mobile_number"


@dataclass(frozen=True, slots=True)
class Credential:
    """A readable scan.

    Attributes:
        token: `k<key number>:` + base32 of HMAC-SHA-256(key, canonical number), 20 bytes.
        mask: what the greeter may see (domain 5.5).
        warnings: warning codes, for example `luhn`, `bad_track`, `tracks_differ`.
        reference: only for our own opaque codes (customer, appointment and ticket codes): the
            opaque value itself, which names nobody. None for anything that is a number of a person.
        age: full years when the document carries a birth date, else None.
        title: when the document tells the sex, else NONE.
        expired: the document's own expiry date is past.
    """

    kind: CredentialKind
    token: str
    mask: str
    warnings: tuple[str, ...] = ()
    reference: str | None = None
    age: int | None = None
    title: Title = Title.NONE
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A scan that leads nowhere. `reason` is a code with a sentence in resources/i18n (scans.*)."""

    reason: str
    warnings: tuple[str, ...] = ()
