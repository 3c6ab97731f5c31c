"""The demo cards in words: what to ask for, what the desk then says, and the text to paste."""

from collections.abc import Iterator
from pathlib import Path

from lobby_app.demo.cards import AppointmentCard, DemoCard, appointment_cards, demo_cards
from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Language, Text
from lobby_app.messages import bilingual


def asked_for(card: DemoCard, policy: Policy) -> Text:
    """Return the business to choose, with the amount where there is one."""
    name = policy.businesses[card.need.code].name
    if not card.need.amount:
        return name
    amount = bilingual("demo.amount", amount=f"{card.need.amount:,}")
    payee = bilingual("demo.new_payee") if card.need.new_payee else Text("", "")
    return Text(f"{name.zh} {amount.zh}{payee.zh}", f"{name.en} {amount.en}{payee.en}")


def led_to(card: DemoCard, policy: Policy) -> Text:
    """Return the channel the desk recommends, with the priority unless it is the ordinary one."""
    channel = policy.channels[card.expected.channel].name
    if card.expected.priority is Priority.ORDINARY:
        return channel
    priority = policy.priorities[card.expected.priority]
    return Text(f"{channel.zh} · {priority.zh}", f"{channel.en} · {priority.en}")


def booked_for(card: AppointmentCard, policy: Policy) -> Text:
    """Return what an appointment is for."""
    return policy.businesses[card.business].name


def write_listing(target: Path, policy: Policy, language: Language) -> None:
    """Write the listing as UTF-8 text.

    Raises:
        KnownError: `demo.cannot_write`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(card_listing(policy, language)) + "\n", encoding="utf-8")
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise KnownError("demo.cannot_write", file=str(target), detail=detail) from error


def card_listing(policy: Policy, language: Language) -> Iterator[str]:
    """Yield the lines of the listing, each text to paste alone on its line (or lines)."""
    yield bilingual("demo.banner")(language)
    for place, card in enumerate(demo_cards(), start=1):
        asked, led = asked_for(card, policy)(language), led_to(card, policy)(language)
        title = card.title(language)
        heading = bilingual("demo.line", place=place, title=title, asked=asked, led=led)
        yield ""
        yield heading(language)
        yield from card.text.splitlines()
    yield ""
    yield bilingual("demo.appointments")(language)
    for slot in appointment_cards():
        name = booked_for(slot, policy)(language)
        yield f"{slot.starts_at:%H:%M}  {slot.text}  {name}"
