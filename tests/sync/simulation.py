"""Random histories of a branch, and the checker of the thirteen invariants (sync design 5)."""

import random
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from lobby_app.cache.projections import COLUMNS, row_from_fold
from lobby_app.domain.clock import MAX_AHEAD_MS, wall_ms
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Event, encode, genesis, link, parse_body
from lobby_app.domain.ports import Replica
from lobby_app.domain.replication import Head, Place, Verdict
from lobby_app.domain.ticket import TicketFold, fold_of
from lobby_app.sync.remote import RemoteReplica
from tests.helpers.postgres import Central
from tests.sync.branch import Branch, SimulatedDesk
from tests.sync.by_hand import play_many
from tests.sync.faults import Crashed
from tests.sync.strangers import leave_first_release, meet_stranger, poison, say_poison

_SHARED = (
    "ticket_id, generation, rank, claim_priority, hlc, log_id, queue, priority, eligible_at,"
    " counter, claim_id, number, issued_hlc, issued_log_id"
)
_NUMBERS = "SELECT business_day, number FROM ticket WHERE number IS NOT NULL"
_PROJECTIONS = ("ticket", "occupancy", "call", "counter_state", "device_state", "quarantine")


def simulate(seed: int, folder: Path, central: Central, steps: int = 120) -> Counter[str]:
    """Play one history, let everybody meet, check; return what happened in it."""
    dice = random.Random(seed)
    branch = Branch(folder, central, dice, desks=dice.randint(2, 4))
    try:
        if seed % 3 == 0:
            branch.join(leave_first_release(folder / "first-release"))
        for _ in range(steps):
            _one_step(branch, dice)
        meet(branch)
        check(branch, dice)
    except BaseException as error:
        error.add_note(f"seed {seed}, {steps} steps: {dict(branch.counts)}")
        raise
    finally:
        branch.close()
    events = len(branch.at_centre())
    return Counter({**branch.counts, "events": events, "seeds": 1})


def _one_step(branch: Branch, dice: random.Random) -> None:
    branch.time.now += _pause(dice)
    desk = dice.choice(branch.desks)
    before, given_up = _shown(desk), _given_up(branch, desk)
    try:
        _something(branch, desk, dice)
    except Crashed:
        desk.crash()
        branch.counts["crashes"] += 1
    except KnownError as error:
        # A counter that is busy takes no second customer.
        if error.key not in ("sync.no_answer", "calling.counter_busy"):
            raise
    if _given_up(branch, desk) == given_up:
        _expect_no_regress(before, _shown(desk))


def _pause(dice: random.Random) -> timedelta:
    return timedelta(milliseconds=dice.randrange(1, 900))


def _something(branch: Branch, desk: SimulatedDesk, dice: random.Random) -> None:
    """Do one thing."""
    chance = dice.random()
    if chance < 0.22:
        desk.issue(branch.time.day, dice, dies=dice.random() < 0.03)
    elif chance < 0.42:
        branch.step(desk)
    elif chance < 0.44:
        _poison(branch, desk, dice)
    elif chance < 0.50:
        desk.is_cut = not desk.is_cut
    elif chance < 0.53:
        desk.take_backup(branch.folder / f"backup-{desk.folder.name}")
    elif chance < 0.55:
        branch.restore_desk(desk)
    elif chance < 0.56 and len(branch.desks) < 6:
        branch.clone(desk)
    elif chance < 0.58:
        branch.snapshot()
    elif chance < 0.60:
        branch.restore_centre()
        # Tellers do not wait until desks have returned to it what it lost.
        for teller in dice.sample(branch.desks, 2):
            branch.claim(teller)
    elif chance < 0.68:
        other = dice.choice(branch.desks)
        if other is not desk:
            branch.over_relay(desk, other)
    elif chance < 0.80:
        branch.ask_again(desk)
        if dice.random() < 0.7:
            branch.exchange(desk)
        _call(branch, desk, dice)
    else:
        branch.exchange(desk, crashes=dice.choice((0.0, 0.0001, 0.05)))


def _call(branch: Branch, desk: SimulatedDesk, dice: random.Random) -> None:
    """Call a ticket as a counter does: at the centre, else at a relay with the same claim."""
    draft = branch.claim(desk)
    others = [other for other in branch.desks if other is not desk]
    if draft is not None and dice.random() < 0.5:
        # The answer of the centre may have come too late: then both have decided.
        branch.tellers.claim_at_relay(draft, dice.choice(others), branch.loss)


def _poison(branch: Branch, desk: SimulatedDesk, dice: random.Random) -> None:
    body = poison(desk, dice, str(branch.time.day))
    if dice.random() < 0.6:
        say_poison(desk, body)
    else:
        meet_stranger(desk, body, dice)
    branch.poisoned.add(body)


def meet(branch: Branch) -> None:
    """Heal everything and exchange until nobody has anything left to do."""
    for desk in branch.desks:
        desk.is_cut = False
        branch.lines[desk.folder.name].loss = 0.0
    for _ in range(40):
        reports = [branch.exchange(desk) for desk in branch.desks]
        if all(r.is_complete and not r.pulled and not r.pushed for r in reports):
            return
    raise AssertionError(f"no peace: {reports}")


def _shown(desk: SimulatedDesk) -> dict[str, tuple]:
    rows = desk.rows("SELECT ticket_id, generation, rank, claim_priority, -hlc FROM ticket")
    return {ticket: tuple(x if x is not None else -1 for x in key) for ticket, *key in rows}


def _given_up(branch: Branch, desk: SimulatedDesk) -> tuple:
    """Return what excuses that a ticket looks older: only a log's other version, or a backup."""
    return (
        desk.rows("SELECT (SELECT COUNT(*) FROM set_aside), SUM(base_seq) FROM log_head"),
        branch.counts["desks restored"],
    )


def _expect_no_regress(before: dict[str, tuple], after: dict[str, tuple]) -> None:
    for ticket, key in before.items():
        assert after[ticket] >= key, "a ticket went backwards (invariant 11)"


# ------------------------------------------------------------------------------- the checker


def check(branch: Branch, dice: random.Random) -> None:
    branch.tellers.ask_all_again(branch.desks, branch.line(branch.desks[0]))
    centre = _centre_events(branch.central)
    _expect_nothing_lost(branch, centre)
    _expect_chains(centre)
    _expect_equal(branch, centre)
    _expect_fold(branch, centre, dice)
    _expect_one_grant(branch, centre)
    _expect_labels(branch)
    _expect_idempotent(branch, dice)
    _expect_poison(branch)
    _expect_clocks(branch, centre)
    missing = branch.rescued - {(e.log_id, e.seq, e.body) for e in centre}
    assert not missing, f"what the centre had written and a desk held is gone (13): {missing}"


def _centre_events(central: Central) -> list[Event]:
    rows = central.run(
        "SELECT log_id::text, seq, hlc, chain, body FROM lobby.event ORDER BY log_id, seq"
    )
    return [Event(log, seq, hlc, bytes(chain), body) for log, seq, hlc, chain, body in rows]


def _expect_nothing_lost(branch: Branch, centre: list[Event]) -> None:
    """Invariants 1 and 8: what was committed and not rolled back is there, forks or not."""
    at_centre = {(event.hlc, event.body) for event in centre}
    apart = {row for desk in branch.desks for row in desk.rows("SELECT hlc, body FROM set_aside")}
    is_double_fault = branch.counts["centre restored"] and (
        branch.counts["desks restored"] or branch.counts["clones"]
    )
    for desk in branch.desks:
        lost = set(desk.done) - at_centre
        assert not lost or (is_double_fault and lost <= apart), f"lost (1, 8): {lost}"
        branch.counts["lost to figures"] += len(lost)


def _expect_chains(centre: list[Event]) -> None:
    """Invariants 2 and 10: contiguous, chained, clocks rising."""
    last: dict[str, Event] = {}
    for event in centre:
        before = last.get(event.log_id)
        seq, chain = (before.seq, before.chain) if before else (0, genesis(event.log_id))
        assert event.seq == seq + 1, "a gap (2)"
        assert event.chain == link(chain, event.seq, event.hlc, event.body), "a chain (2)"
        assert before is None or event.hlc > before.hlc, "a clock went back (10)"
        last[event.log_id] = event


def _expect_equal(branch: Branch, centre: list[Event]) -> None:
    """Invariants 3 and 12: one set of events, one state, also of newer versions' kinds."""
    there = {(e.log_id, e.seq, e.hlc, e.chain, e.body) for e in centre}
    tables = []
    for desk in branch.desks:
        assert desk.events() == there, "other events (3)"
        tables.append({t: sorted(desk.rows(f"SELECT * FROM {t}")) for t in _PROJECTIONS})  # noqa: S608
    for table in tables[1:]:
        assert table == tables[0], "other projections (3, 12)"
    # The centre folds the days around today only.
    today = f"WHERE business_day = '{branch.time.day}'"
    rows = branch.central.run(f"SELECT {_SHARED} FROM lobby.ticket {today}")  # noqa: S608
    at_centre = sorted([tuple(_plain(value) for value in row) for row in rows], key=str)
    here = branch.desks[0].rows(f"SELECT {_SHARED} FROM ticket {today}")  # noqa: S608
    assert at_centre == sorted([tuple(map(_plain, row)) for row in here], key=str), "tickets (3)"


def _plain(value: object) -> object:
    """Return a value as both databases say it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, str) and len(value) == 36:
        return value.replace("-", "")
    return value


def _expect_fold(branch: Branch, centre: list[Event], dice: random.Random) -> None:
    """Invariant 4: any order and repetition of the events folds to the rows that are stored."""
    told = centre + dice.sample(centre, len(centre) // 3)
    dice.shuffle(told)
    folds: dict[str, TicketFold] = {}
    for event in told:
        envelope = parse_body(event.body)
        log_id = UUID(event.log_id).hex
        fold = fold_of(envelope, event.hlc, log_id) if envelope else None
        if fold is not None:
            met = folds.get(fold.ticket_id)
            folds[fold.ticket_id] = met.merge(fold) if met else fold
    stored = {row[0]: row for row in branch.desks[0].rows(f"SELECT {COLUMNS} FROM ticket")}  # noqa: S608
    assert {key: row_from_fold(fold) for key, fold in folds.items()} == stored, "a fold (4)"


def _expect_one_grant(branch: Branch, centre: list[Event]) -> None:
    """Invariant 5: in each of its logs the centre grants a turn once, and a claim once.

    A log of it is one incarnation: between two of its restores.
    """
    own = {log for (log,) in branch.central.run("SELECT log_id::text FROM lobby.centre_log")}
    turns: Counter[tuple] = Counter()
    for event in centre:
        call = parse_body(event.body)
        if call is not None and event.log_id in own:
            turns[event.log_id, call.ticket, call.generation] += 1
            turns[event.log_id, call.claim_id] += 1
    assert set(turns.values()) <= {1}, "granted twice (5)"
    there = {event.body for event in centre}
    for granted in branch.tellers.granted:
        is_there = encode(granted.draft) in there
        assert is_there, f"granted by {granted.by or 'the centre'}, but never called (5)"


def _expect_labels(branch: Branch) -> None:
    """Invariant 6: numbers are unique unless a desk's identity was copied or rolled back."""
    numbers = Counter(branch.desks[0].rows(_NUMBERS))
    doubled = [number for number, count in numbers.items() if count > 1]
    is_excused = branch.counts["clones"] or branch.counts["desks restored"]
    assert not doubled or is_excused, f"numbers given twice (6): {doubled}"
    branch.counts["doubled numbers"] += len(doubled)


def _expect_idempotent(branch: Branch, dice: random.Random) -> None:
    """Invariants 7 and 2: what is held may be given again; what contradicts it is seen."""
    desk = branch.desks[0]
    centre = RemoteReplica(branch.line(desk))
    for replica in (centre, desk.replica):
        for log_id, head in sorted(replica.heads().of.items()):
            events = list(desk.replica.read([Place.start(log_id)], 500).events)
            if events:
                start = dice.randrange(len(events))
                part = events[start : dice.randrange(start, len(events)) + 1]
                answer = replica.append(_before(events, start), part)
                assert answer.verdict is Verdict.TAKEN, "given again (7)"
                assert answer.heads.of[log_id] == head, "given again (7)"
                _expect_contradictions_seen(replica, events, start, head)


def _before(events: list[Event], index: int) -> Place:
    if index == 0:
        return Place.start(events[0].log_id)
    return Place(events[0].log_id, index, events[index - 1].chain)


def _expect_contradictions_seen(
    replica: Replica, events: list[Event], start: int, head: Head
) -> None:
    """Give another version of a log, and what comes after a gap; nothing of it may be written."""
    after, size = _before(events, start), len(events)
    other = rechained(after, [replace(event, body='{"not":"said"}') for event in events[start:]])
    longer = Event(after.log_id, size + 2, 1 << 16, b"", "{}")
    for place, batch, wanted in (
        (after, other[:1], Verdict.FORK),
        (after, other, Verdict.FORK),
        (after, [*other, *rechained(_end(other), [longer])], Verdict.FORK),
        (_end(other), rechained(_end(other), [longer]), Verdict.FORK),
        (Place(after.log_id, size + 1, b"\1" * 32), _after_gap(longer), Verdict.GAP),
        (_end(events), [replace(longer, seq=size + 1, chain=b"\1" * 32)], Verdict.BROKEN),
    ):
        answer = replica.append(place, batch)
        assert answer.verdict is wanted, f"{answer.verdict}, not {wanted} (2)"
        assert answer.heads.of[after.log_id] == head, "a contradiction was written (2)"


def _after_gap(event: Event) -> list[Event]:
    return rechained(Place(event.log_id, event.seq - 1, b"\1" * 32), [event])


def _end(events: list[Event]) -> Place:
    last = events[-1]
    return Place(last.log_id, last.seq, last.chain)


def rechained(after: Place, events: list[Event]) -> list[Event]:
    """Return events with the same clocks and bodies that follow a place."""
    chained = []
    for event in events:
        chain = link(after.chain, after.seq + 1, event.hlc, event.body)
        after = Place(after.log_id, after.seq + 1, chain)
        chained.append(Event(after.log_id, after.seq, event.hlc, chain, event.body))
    return chained


def _expect_poison(branch: Branch) -> None:
    """Invariant 9: kept byte for byte, named, folded nowhere, and its log went on.

    That it is there is invariant 1, that it is folded nowhere 3 and 4.
    """
    held = {(log, seq) for log, seq, body in branch.at_centre() if body in branch.poisoned}
    branch.counts["poison"] += len(held)
    named = branch.central.run("SELECT log_id::text, seq FROM lobby.quarantine")
    assert set(named) == held, "poison at the centre (9)"
    for desk in branch.desks:
        rows = desk.rows("SELECT log_id, seq FROM quarantine")
        assert {(str(UUID(bytes=log)), seq) for log, seq in rows} == held, "poison (9)"


def _expect_clocks(branch: Branch, centre: list[Event]) -> None:
    """Invariant 10: a desk's clock runs no further ahead than its computer and five minutes."""
    now_ms = round(branch.time.now.timestamp() * 1000)
    for desk in branch.desks:
        own, latest_ms = desk.replica.own_logs(), now_ms + MAX_AHEAD_MS + 60_000
        latest_ms += max(0, desk.clock.skew_s) * 1000
        ahead = [e for e in centre if e.log_id in own and wall_ms(e.hlc) > latest_ms]
        assert not ahead, f"{desk.folder.name} follows a wrong clock (10)"


if __name__ == "__main__":
    sys.exit(play_many(simulate))
