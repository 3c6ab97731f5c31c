"""One desk of the soak, a process of its own: `python -m tests.soak.sync.desk FOLDER SEED 1 2`.

It gives tickets and serves them at its counters until its input closes, and says each thing on its
output after it was committed: what it said must still be true at the end.
"""

import json
import random
import select
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from lobby_app.assembly import OpenDesk, open_desk
from lobby_app.config import load_settings
from lobby_app.domain.business import Priority
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.domain.ticket_steps import FinishOutcome
from lobby_app.services import calling
from lobby_app.services.views import Session
from tests.helpers.calling_desk import issue_ticket, session_of

QUEUES = ("cash_counter", "service_counter")
PAUSE_S = (0.02, 0.3)
_WAITING = 40
"""With so many waiting, nobody else comes in: the rush is over now and then."""


class SoakDesk:
    """What a greeter and two tellers do, by dice."""

    def __init__(self, opened: OpenDesk, seed: int, counters: list[int]) -> None:
        self.opened, self.desk = opened, opened.desk
        self.dice = random.Random(seed)
        self.counters = counters
        self.session: Session = session_of("0017")
        self.ready: set[int] = set()

    def act(self) -> None:
        """Do one thing; what the world refuses is said and tried again later."""
        action: Callable[[], None] = self.dice.choices([self.give, self.serve], [5, 6])[0]
        try:
            action()
        except KnownError as error:
            if error.key == "calling.counter_closed":
                self.ready.clear()  # another day has begun
            say("refused", key=error.key)
        except Exception:
            say("bug", trace=traceback.format_exc())

    def give(self) -> None:
        """Give a ticket, if not too many wait."""
        with self.desk.reader() as work:
            waiting = len(work.waiting(self.desk.business_day()))
        if waiting >= _WAITING:
            return
        ticket, number = issue_ticket(
            self.opened,
            queue=self.dice.choice(QUEUES),
            priority=self.dice.choices(
                [Priority.ORDINARY, Priority.CARE, Priority.TIER], [8, 1, 1]
            )[0],
        )
        say("issued", ticket=ticket, number=number, day=str(self.desk.business_day()))

    def serve(self) -> None:
        """Do the next thing at one of the counters."""
        counter = self.dice.choice(self.counters)
        if counter not in self.ready:
            calling.open_counter(self.desk, self.session, counter, QUEUES)
            self.ready.add(counter)
        current = self.current(counter)
        if current is None or self.dice.random() < 0.4:
            self.call(counter)
        elif current.state is TicketState.CALLED:
            step = self.dice.choices([self.start, self.no_show], [9, 1])[0]
            step(counter)
        else:
            calling.finish_current(self.desk, self.session, counter, FinishOutcome.DONE)
            say("served", ticket=current.ticket_id)

    def current(self, counter: int) -> Ticket | None:
        """Return who is at a counter."""
        with self.desk.reader() as work:
            return work.at_counter(self.desk.business_day(), counter)

    def call(self, counter: int) -> None:
        """Call the next, and say under which claim."""
        called = calling.next_call(self.desk, self.session, counter)
        ticket = self.current(counter)
        if called.number is not None and ticket is not None:
            offline = ticket.course is not None and ticket.course.offline
            say(
                "called", ticket=ticket.ticket_id, generation=ticket.generation,
                counter=counter, offline=offline,
            )  # fmt: skip

    def start(self, counter: int) -> None:
        """The customer is here."""
        calling.start_service(self.desk, self.session, counter)

    def no_show(self, counter: int) -> None:
        """Nobody came."""
        for _ in range(2):
            calling.recall_current(self.desk, self.session, counter)
        calling.no_show_current(self.desk, self.session, counter)


def say(what: str, **values: object) -> None:
    """Say what was committed: one JSON object a line."""
    sys.stdout.write(json.dumps({"what": what, **values}) + "\n")
    sys.stdout.flush()


def main(folder: Path, seed: int, counters: list[int]) -> None:
    """Work until standard input closes."""
    opened = open_desk(load_settings(folder, demo=True))
    try:
        desk = SoakDesk(opened, seed, counters)
        say("open", notices=list(opened.desk.self_check.notices))
        while not select.select([sys.stdin], [], [], desk.dice.uniform(*PAUSE_S))[0]:
            desk.act()
    finally:
        opened.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), [int(text) for text in sys.argv[3:]])
