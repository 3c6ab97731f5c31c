"""Desks of one branch that ask a third, real file for their calls; the line may be cut."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from lobby_app.cache.granting import Granting
from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.cache.replica import SqliteReplica
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.event import RANK_WAITING, Draft, EventKind, encode
from lobby_app.domain.replication import (
    PRIORITY_RELAY,
    ClaimAnswer,
    ClaimIntent,
    ClaimVerdict,
    Link,
    LinkStatus,
)
from lobby_app.services import calling
from lobby_app.services.desk import Desk
from lobby_app.services.views import Session
from lobby_app.sync.exchange import exchange
from tests.helpers.calling_desk import session_of
from tests.storage.desk import SetClock
from tests.unit.demo.desk import open_demo_desk

QUEUE = "cash_counter"


class Partner:
    """Who grants: a file of its own."""

    def __init__(self, folder: Path, clock: SetClock) -> None:
        folder.mkdir(exist_ok=True)
        self.log = open_log(folder / "log.db", KeyFile(folder / "keys.json"), clock)
        self.replica = SqliteReplica(self.log, 9)
        self.grant = Granting(self.log)


@dataclass
class Asking:
    """ports.Claims: asks `partner` unless the line is cut, and learns what came of it."""

    replica: SqliteReplica
    partner: Partner
    is_cut: bool = False
    loses_answers: bool = False
    asked: int = 0

    def link(self) -> LinkStatus:
        return LinkStatus(Link.OFFLINE if self.is_cut else Link.RELAY)

    def exchange(self) -> None:
        exchange(self.replica, self.partner.replica)

    def claim(self, intent: ClaimIntent) -> ClaimAnswer:
        self.asked += 1
        if self.is_cut:
            return ClaimAnswer(None)
        self.exchange()
        body = encode(replace(intent.draft, claim_priority=PRIORITY_RELAY))
        answer = self.partner.grant(intent.claim_id, body)
        if self.loses_answers:
            return ClaimAnswer(None)
        assert answer.verdict is not ClaimVerdict.UNKNOWN
        self.exchange()
        return answer


@dataclass
class AskingDesk:
    """A desk with one counter of its own number."""

    desk: Desk
    claims: Asking
    session: Session
    number: int
    log: OpenLog

    def open(self) -> None:
        calling.open_counter(self.desk, self.session, self.number, [QUEUE])

    def issue(self, count: int) -> list[str]:
        """Issue tickets; return their numbers."""
        numbers = []
        day = self.desk.business_day()
        with self.desk.unit_of_work() as work:
            for _ in range(count):
                number = f"A{self.number}{work.take_number('A', day):03d}"
                numbers.append(number)
                work.append(self._issued(number))
            work.commit()
        return numbers

    def _issued(self, number: str) -> Draft:
        return Draft(
            kind=EventKind.TICKET_ISSUED,
            actor="0017",
            ticket=str(uuid4()),
            business_day=self.desk.business_day(),
            rank=RANK_WAITING,
            queue=QUEUE,
            priority="ordinary",
            eligible_at=round(self.desk.now().timestamp() * 1000),
            data={"number": number, "zone": "A", "business": "note_exchange", "qr_token": number,
                  "language": "zh_CN"},
        )  # fmt: skip

    def call(self) -> str | None:
        return calling.call_next(self.desk, self.session, self.number)

    @property
    def current(self) -> str | None:
        view = calling.counter_view(self.desk, self.number)
        return view.current.number if view.current is not None else None

    def intents(self) -> list[ClaimIntent]:
        with self.desk.reader() as work:
            return list(work.intents())


@contextmanager
def asking_desk(
    folder: Path, number: int, partner: Partner, clock: SetClock
) -> Iterator[AskingDesk]:
    """Open a desk with counter `number` that asks `partner`."""
    with ExitStack() as stack:
        folder.mkdir(exist_ok=True)
        desk, _ = stack.enter_context(open_demo_desk(folder, clock))
        log = open_log(folder / "log.db", KeyFile(folder / "keys.json"), clock)
        stack.callback(log.close)
        claims = Asking(SqliteReplica(log, number), partner)
        asking = replace(desk, slot=number, claims=claims, link=claims.link)
        yield AskingDesk(asking, claims, session_of(f"000{number}"), number, log)
