"""What must be true after the soak: of what the desks told, of every replica, of the centre.

Each rule names the invariant of docs/replication.md that it holds.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from lobby_app.assembly import open_replica
from lobby_app.cache import logs
from lobby_app.cache.engine import run
from lobby_app.central.backup_check import check_backup
from lobby_app.central.connection import connect
from lobby_app.central.embedded import SUPERUSER
from lobby_app.config import load_settings
from lobby_app.domain.event import EventKind, parse_body
from tests.soak.sync.world import Desk, World

_SETTLE_S = 120.0
_LOOK_S = 0.5
_TICKETS = (
    "SELECT ticket_id, generation, rank, claim_priority, counter FROM ticket"
    " WHERE generation IS NOT NULL ORDER BY ticket_id"
)


class Checker:
    """Compares everything with everything once the faults are healed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.problems: list[str] = []

    def settle(self) -> float:
        """Wait until all replicas hold the same logs; return how many seconds it took."""
        begun = time.monotonic()
        while True:
            differing = self._differing()
            took = time.monotonic() - begun
            if not differing:
                return took
            if took > _SETTLE_S:
                self.problems.append(f"3 no agreement after {took:.0f} s: {differing}")
                return took
            self._world.pause(_LOOK_S)

    def _differing(self) -> list[str]:
        with self._centre() as sql:
            rows = sql.execute("SELECT log_id::text, last_seq, last_chain FROM lobby.log_head")
            centre = {log: (seq, bytes(chain)) for log, seq, chain in rows if seq}
        found = []
        for desk in self._world.desks:
            with closing(open_replica(load_settings(desk.folder, demo=True))) as opened:
                heads = opened.replica.heads().of
            held = {log: (h.end.seq, h.end.chain) for log, h in heads.items() if h.end.seq}
            if held != centre:
                found.append(desk.name)
        return found

    @contextmanager
    def _centre(self) -> Iterator[psycopg.Connection[Any]]:
        server = self._world.server
        with connect(server.address, SUPERUSER, server.password) as sql:
            yield sql

    def check(self) -> list[str]:
        """Return every rule that is broken."""
        with self._centre() as sql:
            issued = self._issued(sql)
            self._nothing_lost(issued)
            self._no_number_twice(issued)
            self._granted_once(sql)
            self._whole(sql)
            self._one_state(sql)
        self._nobody_stumbled()
        return self.problems

    def _issued(self, sql: psycopg.Connection[Any]) -> dict[str, list[str]]:
        """Return ticket → number and day of each of its births at the centre."""
        births: dict[str, list[str]] = defaultdict(list)
        for (body,) in sql.execute("SELECT body FROM lobby.event"):
            envelope = parse_body(body)
            if envelope is not None and envelope.kind == EventKind.TICKET_ISSUED:
                number = f"{envelope.data['number']} of {envelope.business_day}"
                births[envelope.ticket or ""].append(number)
        return births

    def _nothing_lost(self, issued: dict[str, list[str]]) -> None:
        """Each birth is there, and once.

        A desk set back to before it moved a forked tail to a new log moves it once more: one
        ticket, one number, its birth in two logs.
        """
        for desk in self._world.desks:
            for one in desk.said:
                if one["what"] == "issued" and one["ticket"] not in desk.may_lose:
                    born = len(issued.get(one["ticket"], []))
                    if born == 0 or (born > 1 and desk.name not in self._world.moved_back):
                        self._broken("1", f"{one['number']} of {desk.name} is there {born} times")

    def _no_number_twice(self, issued: dict[str, list[str]]) -> None:
        """A number belongs to one ticket, unless the desk was cloned or set back (rule 6)."""
        slots = {
            str(d.slot) for d in self._world.network.places if d.name in self._world.moved_back
        }
        numbers = Counter(numbers[0] for numbers in issued.values())
        for number, count in numbers.items():
            if count > 1 and number[1] not in slots:
                self._broken("6", f"{number} stands for {count} tickets")

    def _granted_once(self, sql: psycopg.Connection[Any]) -> None:
        """One claim per ticket and generation, at the centre and in what tellers were told."""
        if self._world.centre_restores:
            return  # what the centre forgot it may grant again (docs/replication.md, 5)
        rows = sql.execute(
            "SELECT ticket_id::text, generation, count(*) FROM lobby.claim"
            " GROUP BY 1, 2 HAVING count(*) > 1"
        ).fetchall()
        for row in rows:
            self._broken("5", f"the centre granted {row}")

    def _whole(self, sql: psycopg.Connection[Any]) -> None:
        """Chains hold everywhere; projections are what the events say (rules 2, 4, 9)."""
        report = check_backup(sql)
        for violation in report.violations:
            self._broken("2", f"centre: {violation}")
        for desk in self._world.desks:
            with closing(open_replica(load_settings(desk.folder, demo=True))) as opened:
                self._whole_desk(desk, opened.log)

    def _whole_desk(self, desk: Desk, log: Any) -> None:
        with log.engine.begin() as connection:
            before = run(connection, _TICKETS)
            for here in logs.standings(connection):
                events = logs.tail_of(connection, here, here.base_seq)
                again = logs.rechained(
                    logs.Standing(here.log_id, here.base_seq, here.base_chain, 0, b""), events
                )
                if [e.chain for e in events] != [e.chain for e in again]:
                    self._broken("2", f"{desk.name}: a log does not chain")
            logs.refold_since(connection, "2000-01-01")
            if run(connection, _TICKETS) != before:
                self._broken("4", f"{desk.name}: projections are not what the events say")

    def _one_state(self, sql: psycopg.Connection[Any]) -> None:
        """Every replica shows the same tickets (rule 3)."""
        centre = [
            (str(row[0]), *row[1:])
            for row in sql.execute(_TICKETS.replace("FROM ticket", "FROM lobby.ticket"))
        ]
        states = {"centre": sorted(centre)}
        for desk in self._world.desks:
            settings = load_settings(desk.folder, demo=True)
            with closing(open_replica(settings)) as opened, opened.log.reading.begin() as sqlite:
                states[desk.name] = sorted(tuple(row) for row in run(sqlite, _TICKETS))
        for name, state in states.items():
            if state != states["centre"]:
                differing = set(state) ^ set(states["centre"])
                self._broken("3", f"{name} shows {len(differing)} tickets otherwise: "
                             f"{sorted(differing)[:4]}")  # fmt: skip

    def _nobody_stumbled(self) -> None:
        for desk in self._world.desks:
            for one in desk.said:
                if one["what"] == "bug":
                    self._broken("bug", f"{desk.name}: {one['trace'].splitlines()[-1]}")

    def _broken(self, rule: str, what: str) -> None:
        self.problems.append(f"rule {rule}: {what}")
