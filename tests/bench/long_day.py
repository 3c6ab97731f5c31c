"""A greeter's desk through a long day, in a process of its own: what it needs of memory.

`python -m tests.bench.long_day FOLDER TICKETS` issues so many tickets in the real window and prints
the resident memory after every twentieth as a JSON list of [tickets, MB].
"""

import json
import os
import sys
from itertools import cycle
from pathlib import Path

from PySide6.QtWidgets import QApplication

from lobby_app.app.program import dress_application
from lobby_app.config import PrinterKind, PrinterSettings, Settings
from lobby_app.demo.cards import demo_cards
from lobby_app.domain.business import Need
from lobby_app.domain.customer import Preference
from lobby_app.printers import open_printer
from lobby_app.services.views import PrimaryAction, Wishes
from lobby_app.ui.greeter.state import Phase
from tests.bench.memory import resident_mb
from tests.bench.waiting import run_until
from tests.helpers.desk_app import DeskPage, open_demo_desk

EVERY = 20
_WAITING = 40
"""Whoever waits longer is called: nobody's hall fills all day."""
_SCAN_EVERY = 4


class LongDay:
    """Visitors without a card, and every fourth with one, at one window."""

    def __init__(self, page: DeskPage) -> None:
        self._page = page
        self._cards = cycle(card.text for card in demo_cards() if card.name)
        self._businesses = cycle(_one_business_a_zone(page))
        self._waiting: list[str] = []
        page.window.visiting.issued.connect(lambda issued: self._waiting.append(issued.ticket_id))

    def serve(self, visitor: int) -> None:
        """Serve one visitor up to the printed ticket; call the one who has waited longest."""
        window = self._page.window
        if visitor % _SCAN_EVERY == 0:
            window.scan(next(self._cards))
            self._settle()
            window.visiting.clear()
        window.visiting.open_anonymous()
        self._settle()
        window.visiting.choose(next(self._businesses))
        run_until(lambda: window.hub.visit.phase is Phase.ISSUED)
        self._settle()
        window.visiting.clear()
        if len(self._waiting) > _WAITING:
            self._call(self._waiting.pop(0))

    def _call(self, ticket_id: str) -> None:
        hub, reception = self._page.window.hub, self._page.reception
        hub.run(lambda: reception.cancel(hub.session, ticket_id, "left"), lambda _: None)
        self._settle()

    def _settle(self) -> None:
        run_until(self._page.is_settled)


def _one_business_a_zone(page: DeskPage) -> list[str]:
    """Return a business of each zone: a zone has 999 numbers a day."""
    policy = page.opened.desk.policy
    found: dict[str, str] = {}
    visit = page.reception.anonymous(page.window.hub.session).visit
    for code in policy.businesses:
        advice = page.reception.advise(visit, Need(code), Wishes(preference=Preference.HUMAN))
        queue = advice.recommendation.queue
        if advice.action is PrimaryAction.PRINT_TICKET and queue is not None:
            found.setdefault(policy.channels[queue].zone or "", code)
    return list(found.values())


def main(folder: Path, tickets: int) -> None:
    """Live through the day and print what it took."""
    application = QApplication(sys.argv[:1])
    dress_application(application)
    opened = open_demo_desk(folder)
    settings = PrinterSettings(kind=PrinterKind.RAW_FILE, address=os.devnull)
    page = DeskPage(opened, open_printer(Settings(folder, printer=settings)))
    page.open()
    page.sign_on()
    day = LongDay(page)
    samples = []
    for visitor in range(1, tickets + 1):
        day.serve(visitor)
        if visitor % EVERY == 0:
            samples.append((visitor, resident_mb()))
    page.close()
    opened.close()
    sys.stdout.write(json.dumps(samples) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
