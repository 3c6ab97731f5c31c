"""A desk that issues tickets as fast as it can until it is killed, and says what it did.

Lines: `open {notices}`, `about {ticket} {day} {number}` before a commit, `done {ticket} {day}
{number}` after it, `problem {text}` for whatever must not happen.
"""

import os
import random
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.cache.self_check import self_check
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind
from tests.storage.desk import cancelled, issued

ZONES = "AVE"
SLOT = 1


class RunningClock:
    """A clock that starts where it is told and then runs."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._zero = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._zero)


def run(folder: Path, start: datetime, seed: int, output: int) -> None:
    """Work until killed. `output`: file descriptor of the pipe to the parent."""

    def say(*words: object) -> None:
        os.write(output, (" ".join(map(str, words)) + "\n").encode())

    try:
        clock = RunningClock(start)
        log = open_log(folder / "log.db", KeyFile(folder / "keys.json"), clock)
        # The clock may have been set back: that is said on purpose and is no damage.
        damage = set(self_check(log, clock.now()).problems) - {"cache.problem_clock"}
        say("open", *log.notices)
        if damage:
            say("problem", *damage)
        dice = random.Random(seed)
        while True:
            _work(log, clock, dice, say)
    except Exception as error:
        say("problem", type(error).__name__, str(error).replace("\n", " "))


def _work(log: OpenLog, clock: RunningClock, dice: random.Random, say) -> None:
    day, zone = clock.now().date(), dice.choice(ZONES)
    ticket = str(UUID(int=dice.getrandbits(128), version=4))
    try:
        with log.unit_of_work() as work:
            number = f"{zone}{SLOT}{work.take_number(zone, day):03d}"
            work.append(_issued(ticket, number, zone, day))
            if dice.random() < 0.1:
                return  # changed their mind: nothing of it may stay
            say("about", ticket, day, number)
            work.commit()
    except KnownError as error:
        if error.key != "cache.numbers_used_up":
            raise
        return
    say("done", ticket, day, number)
    with log.unit_of_work() as work:
        work.append(
            Draft(
                kind=EventKind.TICKET_PRINTED,
                actor="0017",
                ticket=ticket,
                business_day=day,
                data={"outcome": "printed", "problem": None, "copy": 0},
            )
        )
        if dice.random() < 0.2:
            work.append(cancelled(ticket, day))
        work.commit()


def _issued(ticket: str, number: str, zone: str, day: date) -> Draft:
    draft = issued(number, ticket, day)
    return Draft(
        kind=draft.kind,
        actor=draft.actor,
        ticket=ticket,
        business_day=day,
        rank=draft.rank,
        queue=draft.queue,
        priority=draft.priority,
        data={**draft.data, "zone": zone},
    )
