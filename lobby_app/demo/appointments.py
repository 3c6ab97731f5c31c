"""Bookings of the demo day: a slot each 25 minutes, with the same codes every day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from lobby_app.demo.data import SEED, demo_table
from lobby_app.domain.branch import BookedAppointment
from lobby_app.domain.customer import CustomerRecord, Tier
from lobby_app.scans.codes import appointment_code

_CODE_STEP = 104_729
_GUEST_TIERS = (Tier.STANDARD, Tier.GOLD, Tier.PLATINUM)
_BORN_AFTER, _BORN_BEFORE = "1970", "2004"


@dataclass(frozen=True, slots=True)
class Slot:
    """One booking as it stands on the demo sheet, for any day."""

    code: str
    starts_at: time
    business: str
    channel: str


def demo_slots() -> tuple[Slot, ...]:
    """Return the slots of a day, earliest first."""
    table = demo_table("appointments")
    first = datetime.combine(date.min, time.fromisoformat(table["first"]))
    return tuple(
        Slot(
            code=appointment_code(SEED + place * _CODE_STEP),
            starts_at=(first + timedelta(minutes=place * table["every_minutes"])).time(),
            business=booking["business"],
            channel=booking["channel"],
        )
        for place, booking in enumerate(table["bookings"])
    )


def demo_appointments(
    customers: Sequence[CustomerRecord], today: date, *, seed: int = SEED
) -> tuple[BookedAppointment, ...]:
    """Return the bookings of `today`, each with a customer for whom nothing else goes first."""
    rng = Random(f"{seed} {today}")  # noqa: S311  # the same everywhere; nothing here is secret
    slots = demo_slots()
    guests = rng.sample([customer for customer in customers if _is_plain(customer)], len(slots))
    return tuple(
        BookedAppointment(
            code=slot.code,
            customer_ref=guest.customer_ref,
            starts_at=f"{today.isoformat()}T{slot.starts_at:%H:%M}:00",
            channel=slot.channel,
            business=slot.business,
        )
        for slot, guest in zip(slots, guests, strict=True)
    )


def _is_plain(customer: CustomerRecord) -> bool:
    """Tell whether neither age nor a flag nor a need takes precedence over the booking."""
    adult = _BORN_AFTER <= (customer.birth_date or "") < _BORN_BEFORE
    special = customer.flags or customer.access or customer.needs_help
    return adult and not special and customer.tier in _GUEST_TIERS
