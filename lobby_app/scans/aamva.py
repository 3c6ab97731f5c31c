"""North American driving licences (AAMVA PDF417). Offsets are often wrong: search by tag."""

import re
from datetime import date

from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.domain.customer import Title
from lobby_app.scans.checks import day, full_years, mask_ends
from lobby_app.scans.context import ScanContext

_HEADER = re.compile(r"@\s{0,4}\x1e?\s{0,4}(?:ANSI |AAMVA)\d{6}")
_ELEMENT = re.compile(r"(?:^|[\n\r\x1e]|DL|ID)(D(?:AQ|BB|BA|BC|CG))([^\n\r\x1e]{0,40})")


def looks_like_licence(text: str) -> bool:
    """Tell whether the text begins as a licence's bar code does."""
    return _HEADER.match(text) is not None or text.startswith("ANSI 6")


def parse_licence(text: str, context: ScanContext) -> Credential | Unreadable:
    """Read a licence. Reasons: `licence_number`, `id_birth_date`."""
    elements: dict[str, str] = {}
    for tag, value in _ELEMENT.findall(text[:4000]):
        elements.setdefault(tag, value.strip())
    number = elements.get("DAQ", "")
    if not re.fullmatch(r"[A-Z0-9 *-]{3,25}", number):
        return Unreadable("licence_number")
    # Without a country the form of the date tells: no month is 19 or 20.
    country = elements.get("DCG", "")
    year_first = country == "CAN" or (not country and elements.get("DBB", "")[:2] in ("19", "20"))
    today = context.now.date()
    birth = _date(elements.get("DBB", ""), year_first=year_first)
    if birth is None or birth > today:
        return Unreadable("id_birth_date")
    expiry = _date(elements.get("DBA", ""), year_first=year_first)
    expired = expiry is not None and expiry < today
    return Credential(
        kind=CredentialKind.DRIVING_LICENCE,
        token=context.token("licence", number),
        mask=mask_ends(number, 1, 2),
        warnings=("document_expired",) if expired else (),
        age=full_years(birth, today),
        title={"1": Title.MR, "2": Title.MS}.get(elements.get("DBC", ""), Title.NONE),
        expired=expired,
    )


def _date(text: str, *, year_first: bool) -> date | None:
    """Return a date: MMDDCCYY in the USA, CCYYMMDD in Canada."""
    if not re.fullmatch(r"\d{8}", text):
        return None
    if year_first:
        return day(int(text[:4]), int(text[4:6]), int(text[6:]))
    return day(int(text[4:]), int(text[:2]), int(text[2:4]))
