"""The demo cards as things to scan: for the printed sheet and for pasting."""

from dataclasses import dataclass
from datetime import time

from lobby_app.demo.appointments import demo_slots
from lobby_app.demo.customers import sample_numbers
from lobby_app.demo.numbers import Numbers, licence_text, track_2
from lobby_app.demo.samples import Expected, Sample, samples
from lobby_app.domain.business import Need
from lobby_app.domain.text import Text
from lobby_app.scans.demo_numbers import build_td3

APPOINTMENT_PREFIX = "A1:"
_PAPER_LINE = 44


@dataclass(frozen=True, slots=True)
class DemoCard:
    """One thing to scan, with what to ask for and what the desk then recommends.

    Attributes:
        name: masked, as the desk shows it; empty for somebody unknown.
        text: exactly what a reader would type.
    """

    key: str
    title: Text
    name: str
    text: str
    need: Need
    expected: Expected


@dataclass(frozen=True, slots=True)
class AppointmentCard:
    """The code of one booking of the demo day."""

    starts_at: time
    business: str
    channel: str
    text: str


def demo_cards() -> tuple[DemoCard, ...]:
    """Return the cards of the sample persons, in the order of the sheet."""
    return tuple(
        DemoCard(
            key=sample.key,
            title=sample.title,
            name=sample.name.masked if sample.is_known else "",
            text=_scan_text(sample, sample_numbers()[sample.place]),
            need=sample.need,
            expected=sample.expected,
        )
        for sample in samples()
    )


def appointment_cards() -> tuple[AppointmentCard, ...]:
    """Return the codes of the day's bookings; the same on every day."""
    return tuple(
        AppointmentCard(
            slot.starts_at, slot.business, slot.channel, f"{APPOINTMENT_PREFIX}{slot.code}"
        )
        for slot in demo_slots()
    )


def _scan_text(sample: Sample, numbers: Numbers) -> str:
    """Return what a reader types for this sample's card or document."""
    if sample.scan == "passport":
        zone = build_td3(
            sample.name.surname.upper(),
            sample.name.given.upper(),
            numbers.document,
            sample.born,
            "M" if sample.is_male else "F",
            sample.document_expires,
        )
        return f"{zone[:_PAPER_LINE]}\n{zone[_PAPER_LINE:]}"
    if sample.scan == "licence":
        return licence_text(numbers.licence or "", sample.born, sample.document_expires)
    if sample.scan == "mobile":
        return numbers.mobile
    return track_2(numbers.card) if sample.scan == "card" else numbers.document
