"""The supervisor's dashboard on a day of 5,000 tickets: refreshing it, and painting it."""

import gc
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from lobby_app.domain.business import Priority
from lobby_app.domain.event import RANK_WAITING, Draft, EventKind
from lobby_app.domain.ticket_steps import (
    CallReason,
    FinishOutcome,
    Hand,
    call,
    finish,
    start,
)
from lobby_app.services.supervision import Supervision
from tests.bench.figures import Figure, against_goal
from tests.helpers.supervisor import DAY, Branch, SupervisorPage

WAITING = 40
_BATCH = 250
_PRIORITIES = [Priority.CARE, Priority.TIER, *[Priority.ORDINARY] * 6]
_QUEUES = ("cash_counter", "service_counter")


def fill_day(branch: Branch, tickets: int) -> None:
    """Write a day: every ticket issued, and all but the last WAITING called, started, finished."""
    desk, clock = branch.desk, branch.clock
    step = timedelta(seconds=8 * 3600 / tickets)
    done = 0
    while done < tickets:
        with desk.unit_of_work() as work:
            for place in range(done, min(done + _BATCH, tickets)):
                clock.at += step
                queue = _QUEUES[place % 2]
                ticket_id = str(uuid4())
                now = round(clock.at.timestamp() * 1000)
                work.append(
                    Draft(
                        kind=EventKind.TICKET_ISSUED,
                        actor="0017",
                        ticket=ticket_id,
                        business_day=DAY,
                        rank=RANK_WAITING,
                        queue=queue,
                        priority=_PRIORITIES[place % len(_PRIORITIES)],
                        eligible_at=now,
                        data={
                            "number": f"A{place + 1:04d}", "zone": "A", "language": "zh_CN",
                            "business": "cash_withdrawal", "qr_token": str(place),
                            "promised": [0, 10],
                        },
                    )
                )  # fmt: skip
                if place < tickets - WAITING:
                    counter = 1 + place % 4
                    hand = Hand(f"020{counter}", counter, now + 60_000)
                    ticket = work.ticket(ticket_id)
                    assert ticket is not None
                    work.append(call(ticket, hand, str(uuid4()), CallReason("ratio")))
                    work.append(start(work.ticket(ticket_id) or ticket, hand))
                    ended = finish(work.ticket(ticket_id) or ticket, hand, FinishOutcome.DONE)
                    work.append(ended)
            work.commit()
        done += _BATCH


def measure_supervisor(folder: Path, tickets: int, rounds: int) -> Iterator[Figure]:
    """Yield refresh off the GUI thread, and the longest turn of the GUI thread meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    branch = Branch(folder)
    branch.stand_at(9, 0)
    fill_day(branch, tickets)
    supervision = Supervision(branch.desk)
    supervision.hall()
    # As the program does once the day is read.
    gc.collect()
    gc.freeze()
    refreshes, limits = [], []
    for place in range(rounds):
        _happen(branch, place)
        begun = perf_counter()
        with branch.desk.reader() as work:
            work.tickets(DAY)
        limits.append(1000 * (perf_counter() - begun))
        begun = perf_counter()
        supervision.hall()
        supervision.figures()
        refreshes.append(1000 * (perf_counter() - begun))
    name = f"dashboard refresh, {tickets} tickets (limit: read their rows)"
    yield against_goal(name, "ms", refreshes, limits, 100)
    yield _frames(branch, tickets, rounds, limits)
    gc.unfreeze()
    branch.close()


def _happen(branch: Branch, place: int) -> None:
    branch.later(0.1)
    desk = branch.desk
    with desk.unit_of_work() as work:
        work.append(
            Draft(
                kind=EventKind.COUNTER_OPENED,
                actor="0201",
                business_day=DAY,
                counter=1 + place % 9,
                data={"queues": [_QUEUES[place % 2]]},
            )
        )
        work.commit()


def _frames(branch: Branch, tickets: int, rounds: int, limits: list[float]) -> Figure:
    """Return the longest turn of the event loop while the page is read and painted again."""
    page = SupervisorPage(branch)
    page.open()
    page.sign_on()
    turns = []
    for place in range(rounds):
        _happen(branch, place)
        page.window.watching.refresh()
        longest = 0.0
        while page.database.is_busy:
            begun = perf_counter()
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            longest = max(longest, 1000 * (perf_counter() - begun))
        turns.append(longest)
    page.close()
    return against_goal(f"dashboard, longest frame, {tickets} tickets", "ms", turns, limits, 50)


if __name__ == "__main__":
    from tests.bench.figures import line

    application = QApplication([])
    with tempfile.TemporaryDirectory() as place:
        for figure in measure_supervisor(Path(place), 5_000, 30):
            print(line(figure))  # noqa: T201
