"""A branch in one process: real files, a real PostgreSQL, a clock that the test turns."""

import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.cache.replica import SqliteReplica
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.event import Draft, Event, EventKind
from lobby_app.domain.replication import Appended, ClaimAnswer, Place
from lobby_app.sync.exchange import Exchanged, exchange
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.serving import Serving
from tests.helpers.postgres import Central
from tests.sync.faults import AtOnce, BadLine, Mortal
from tests.sync.tellers import Tellers

BRANCH = 7
_TABLES = (
    "log_head", "branch_mark", "log_day", "event", "quarantine", "ticket", "centre_log", "claim",
)  # fmt: skip


class Clock:
    """ports.Clock of one desk: true time plus how wrong its computer is."""

    def __init__(self, true: "TrueTime", skew_s: int) -> None:
        self._true, self.skew_s = true, skew_s

    def now(self) -> datetime:
        return self._true.now + timedelta(seconds=self.skew_s)

    def ms(self) -> int:
        return round(self.now().timestamp() * 1000)


class TrueTime:
    """The time that PostgreSQL has, and a little more with every step."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.day: date = self.now.date()


class WatchedReplica(SqliteReplica):
    """A desk's file that remembers of which logs it took events over."""

    def __init__(self, log: OpenLog, slot: int, taken: set[str]) -> None:
        super().__init__(log, slot)
        self._taken = taken

    def append(self, after: Place, events: Sequence[Event]) -> Appended:
        before = self.heads().of.get(after.log_id)
        answer = super().append(after, events)
        if answer.heads.of.get(after.log_id) != before:
            self._taken.add(after.log_id)
        return answer


class SimulatedDesk:
    """A data folder, opened; what was committed on it is remembered outside."""

    def __init__(self, folder: Path, slot: int, token: str, clock: Clock) -> None:
        self.folder, self.slot, self.token, self.clock = folder, slot, token, clock
        self.done: list[tuple[int, str]] = []
        self.taken: set[str] = set()
        self.backup: tuple[Path, list[tuple[int, str]], set[str]] | None = None
        self.reports: list[Exchanged] = []
        self.is_cut = False
        folder.mkdir(exist_ok=True)
        self.open()

    def open(self) -> None:
        self.log = open_log(self.folder / "log.db", KeyFile(self.folder / "keys.json"), self.clock)
        self.replica = WatchedReplica(self.log, self.slot, self.taken)

    def close(self) -> None:
        self.log.close()

    def crash(self) -> None:
        """Start again without a word to anybody; the dead process notes nothing any more."""
        self.log.keeper._try_to_write = lambda: None  # type: ignore[method-assign]
        self.log.keeper.close()
        self.log.changes.close()
        self.log.reading.dispose()
        self.log.engine.dispose()
        self.open()

    def write(self, draft: Draft, *, dies: bool = False) -> Event | None:
        with self.log.unit_of_work() as work:
            event = work.append(draft)
            if dies:
                return None
            work.commit()
        self._note(event)
        return event

    def issue(self, day: date, dice: random.Random, *, dies: bool = False) -> str | None:
        with self.log.unit_of_work() as work:
            number = f"A{self.slot}{work.take_number('A', day):03d}"
            event = work.append(birth(number, day, dice))
            if dies:
                return None
            work.commit()
        self._note(event)
        return number

    def _note(self, event: Event) -> None:
        """Remember what was committed; nobody writes on in a log that somebody else holds too."""
        assert event.log_id not in self.taken, "a log with two writers (8)"
        self.done.append((event.hlc, event.body))

    def take_backup(self, to: Path) -> None:
        self.close()
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.folder, to)
        self.backup = (to, list(self.done), set(self.taken))
        self.open()

    def restore(self, *, with_keys: bool) -> None:
        """Bring the backup back; without its keys the desk can tell, with them it cannot."""
        assert self.backup is not None
        folder, done, taken = self.backup
        self.close()
        for path in self.folder.glob("log.db*"):
            path.unlink()
        for path in folder.iterdir():
            if path.is_file() and (with_keys or path.name.startswith("log.db")):
                shutil.copy(path, self.folder / path.name)
        self.done, self.taken = list(done), set(taken)
        self.open()

    def rows(self, sql: str) -> list[tuple]:
        with self.log.reading.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql).fetchall()]

    def events(self) -> set[tuple[str, int, int, bytes, str]]:
        rows = self.rows("SELECT log_id, seq, hlc, chain, body FROM event")
        return {(str(UUID(bytes=log_id)), *rest) for log_id, *rest in rows}  # type: ignore[misc]


def birth(number: str, day: date, dice: random.Random) -> Draft:
    return Draft(
        kind=EventKind.TICKET_ISSUED,
        actor="0017",
        ticket=str(UUID(int=dice.getrandbits(128), version=4)),
        business_day=day,
        rank=0,
        queue="cash_counter",
        priority=dice.choice(("ordinary", "care")),
        eligible_at=1_795_000_000_000,
        data={"number": number, "zone": "A", "business": "cash_withdrawal", "qr_token": "T",
              "language": "zh_CN", "large_type": False},
    )  # fmt: skip


class Branch:
    """Desks, a centre, what they did. Every choice comes from the seed."""

    def __init__(self, folder: Path, central: Central, dice: random.Random, desks: int) -> None:
        self.folder, self.central, self.dice = folder, central, dice
        self.time = TrueTime()
        self.loss = dice.choice((0.0, 0.05, 0.2))
        self.page = dice.choice((3, 20, 500))
        self.desks: list[SimulatedDesk] = []
        self.lines: dict[str, BadLine] = {}
        self.partners: dict[str, RemoteReplica] = {}
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.tellers = Tellers(central, dice, self.counts)
        self.poisoned: set[str] = set()
        self.rescued: set[tuple[str, int, str]] = set()
        self._transports = []
        self._has_snapshot = False
        central.add_branch(BRANCH)
        for slot in range(1, desks + 1):
            skew = dice.choice((0, 7, 3_600, -86_400))
            self.add(slot, central.add_desk(BRANCH, slot), skew)

    def add(self, slot: int, token: str, skew_s: int, copied: Path | None = None) -> SimulatedDesk:
        folder = self.folder / f"desk{len(self.desks)}"
        if copied is not None:
            shutil.copytree(copied, folder)
        desk = SimulatedDesk(folder, slot, token, Clock(self.time, skew_s))
        self.desks.append(desk)
        transport = self.central.transport(token)
        self._transports.append(transport)
        line = BadLine(transport, self.dice, self.loss, self.counts, self.page)
        self.lines[folder.name], self.partners[folder.name] = line, RemoteReplica(line)
        return desk

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        for transport in self._transports:
            transport.close()

    # ------------------------------------------------------------------- what a desk does

    def line(self, desk: SimulatedDesk) -> BadLine:
        line = self.lines[desk.folder.name]
        line.is_cut, line.meanwhile = desk.is_cut, None
        return line

    def exchange(self, desk: SimulatedDesk, *, crashes: float = 0.0) -> Exchanged:
        local = Mortal(desk.replica, self.dice, crashes, self.page)
        line = self.line(desk)
        line.meanwhile = self._others(desk) if crashes else None
        partner = self.partners[desk.folder.name]
        done = exchange(  # type: ignore[arg-type]
            local, partner, clock_ms=desk.clock.ms, make_reader=AtOnce
        )
        self._note(desk, done)
        if done.is_complete and crashes == 0:
            self._expect_same(desk)
        if abs(done.offset_ms) > 250:
            desk.replica.correct_clock(done.offset_ms)
        return done

    def _expect_same(self, desk: SimulatedDesk) -> None:
        """Nobody else acted meanwhile: what an exchange says of itself has to be true."""
        rows = self.central.run(
            "SELECT log_id::text, last_seq FROM lobby.log_head WHERE last_seq > 0"
        )
        here = {log_id: head.end.seq for log_id, head in desk.replica.heads().of.items()}
        assert dict(rows) == {log: seq for log, seq in here.items() if seq}, "complete, it said"

    def _others(self, desk: SimulatedDesk) -> Callable[[], None]:
        """Return what happens in the middle of an exchange.

        A window of this desk writes, another desk (often a clone of this one) writes and pushes,
        the centre is set back.
        """
        twins = [other for other in self.desks if other.token == desk.token]
        other = self.dice.choice(self.dice.choice((self.desks, twins)))
        is_set_back = self.dice.random() < 0.15

        def act() -> None:
            self.counts["meanwhile"] += 1
            if is_set_back:
                self.restore_centre()
            other.issue(self.time.day, self.dice)
            if other is not desk:
                self.exchange(other)

        return act

    def over_relay(self, desk: SimulatedDesk, relay: SimulatedDesk) -> None:
        """Exchange with another desk of the branch, as all do while the centre is gone."""
        serving = Serving(relay.replica, _never, relay.clock.ms)
        line = BadLine(serving, self.dice, self.loss, self.counts)
        met = RemoteReplica(line)
        self._note(desk, exchange(desk.replica, met, is_centre=False, make_reader=AtOnce))

    def _note(self, desk: SimulatedDesk, done: Exchanged) -> None:
        desk.reports.append(done)
        for what in ("reissued", "left", "set_aside", "rebased"):
            self.counts[what] += len(getattr(done, what))
        assert not done.broken
        assert not done.refused

    def step(self, desk: SimulatedDesk) -> None:
        """Do something with a ticket, as any window of any version might."""
        open_tickets = desk.rows(
            "SELECT ticket_id, generation, rank, queue FROM ticket"  # noqa: S608
            f" WHERE rank < 30 AND business_day = '{self.time.day}' ORDER BY 1"
        )
        if not open_tickets:
            return
        ticket, generation, rank, queue = self.dice.choice(open_tickets)
        kind, to, more = self.dice.choice(
            (
                (EventKind.TICKET_CALLED, 10, 0),
                (EventKind.SERVICE_STARTED, 20, 0),
                (EventKind.SERVICE_FINISHED, 32, 0),
                (EventKind.TICKET_CANCELLED, 30, 0),
                (EventKind.TICKET_TRANSFERRED, 0, 1),
                (EventKind.TICKET_PARKED, 25, 0),
                (EventKind.TICKET_NO_SHOW, 31, 0),
                (EventKind.TICKET_REJOINED, 0, 1),
                (EventKind.TICKET_PRINTED, None, 0),
                ("ticket_teleported", rank, 0),
                ("ticket_teleported", 28, 0),
            )
        )
        desk.write(
            Draft(
                kind=kind,
                actor="1001",
                ticket=ticket,
                business_day=self.time.day,
                generation=generation + more,
                rank=to,
                queue=queue,
                priority="ordinary",
                counter=self.dice.randint(1, 40) if to in (10, 20) else None,
                version=9 if kind == "ticket_teleported" else 1,
            ),
            dies=self.dice.random() < 0.03,
        )

    def claim(self, desk: SimulatedDesk) -> Draft | None:
        """Ask the centre for a waiting ticket."""
        return self.tellers.claim(desk, self.line(desk), self.time.day)

    def ask_again(self, desk: SimulatedDesk) -> None:
        """Repeat a claim that was granted once."""
        self.tellers.ask_again(self.desks, self.line(desk))

    # ------------------------------------------------------------------ what operators do

    def join(self, folder: Path) -> None:
        """Enrol one more desk, with the files that are in a folder."""
        slot = len(self.desks) + 1
        desk = self.add(slot, self.central.add_desk(BRANCH, slot), 0, copied=folder)
        desk.done = [(hlc, body) for _, _, hlc, _, body in desk.events()]
        self.counts["first releases"] += 1

    def clone(self, desk: SimulatedDesk) -> None:
        """Copy a whole data folder, keys and all; both go on."""
        desk.close()
        twin = self.add(desk.slot, desk.token, desk.clock.skew_s, copied=desk.folder)
        desk.open()
        twin.done = list(desk.done)
        twin.taken |= desk.taken
        self.counts["clones"] += 1

    def snapshot(self) -> None:
        with self.central.open() as sql:
            for table in _TABLES:
                sql.execute(f"DROP TABLE IF EXISTS public.{table}")
                sql.execute(f"CREATE TABLE public.{table} AS TABLE lobby.{table}")
        self._has_snapshot = True

    def restore_centre(self) -> None:
        """Copy the centre back to its snapshot; what it authored since only desks can return."""
        if not self._has_snapshot:
            return
        with self.central.open() as sql:
            own = {str(log) for (log,) in sql.execute("SELECT log_id FROM lobby.centre_log")}
            self.rescued |= {
                (event[0], event[1], event[4])
                for desk in self.desks
                for event in desk.events()
                if event[0] in own
            }
            for table in reversed(_TABLES):
                sql.execute(f"DELETE FROM lobby.{table}")  # noqa: S608
            for table in _TABLES:
                sql.execute(f"INSERT INTO lobby.{table} SELECT * FROM public.{table}")  # noqa: S608
            sql.execute("SELECT lobby.renew_incarnation()")
        self._has_snapshot = False
        self.tellers.forget(None)
        self.counts["centre restored"] += 1

    def restore_desk(self, desk: SimulatedDesk) -> None:
        if desk.backup is not None:
            desk.restore(with_keys=self.dice.random() < 0.7)
            self.counts["desks restored"] += 1
            self.tellers.forget(desk.folder.name)
            # What only this desk still held of the centre's is gone with its rollback.
            held = {(e[0], e[1], e[4]) for d in self.desks for e in d.events()}
            self.rescued &= held | self.at_centre()

    def at_centre(self) -> set[tuple[str, int, str]]:
        rows = self.central.run("SELECT log_id, seq, body FROM lobby.event")
        return {(str(log), seq, body) for log, seq, body in rows}


def _never(claim_id: str, _body: str) -> ClaimAnswer:
    raise AssertionError(f"nobody asks for a call here: {claim_id}")
