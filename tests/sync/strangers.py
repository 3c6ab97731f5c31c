"""Events that no window of this version writes: poison, and what the first release left."""

import random
import shutil
from pathlib import Path
from uuid import UUID

from lobby_app.cache import logs
from lobby_app.cache.engine import run
from lobby_app.domain.clock import tick
from lobby_app.domain.event import Event, link, parse_body
from lobby_app.domain.replication import Place
from tests.fixtures import make_v1
from tests.sync.branch import SimulatedDesk

_FIRST_RELEASE = Path(make_v1.__file__).with_name("v1") / "log.db"
_GOOD = '{"kind":"signed_on","actor":"x"}'
POISON = (
    "not json at all",
    "",
    "\u4f60\u597d",
    '{"kind":"ticket_called"}',
    '{"kind":"UPPER","actor":"x"}',
    '{"kind":"ticket_called","actor":"x","ticket":"{0}","business_day":"today","rank":10}',
    '{"kind":"signed_on","actor":"x","rank":" 10"}',
    '{"kind":"signed_on","actor":"x","data":NaN}',
    '{"kind":"signed_on","actor":"x","data":{"half":"\\ud800"}}',
    '{"kind":"signed_on","actor":"x","rank":70000}',
)
"""Bodies outside the grammar; `_almost` makes those that a lax database would take."""


def _almost(ticket: str, day: str, dice: random.Random) -> str:
    """Return a call that some parser would understand, but the grammar does not."""
    said = dice.choice(
        (
            (ticket.upper(), f'"{day}"', "31"),
            (f"{{{ticket}}}", f'"{day}"', "31"),
            (ticket, f'"{day} "', "31"),
            (ticket, '"today"', "31"),
            (ticket, f'"{day}"', '"31"'),
            (ticket, f'"{day}"', "31.0"),
            (ticket, f'"{day}"', "3.1e1"),
            (ticket, f'"{day}"', "-31"),
        )
    )
    return (
        '{{"kind":"ticket_no_show","actor":"1001","ticket":"{}","business_day":{},'
        '"generation":1,"rank":{},"queue":"cash_counter"}}'.format(*said)
    )


def poison(desk: SimulatedDesk, dice: random.Random, day: str) -> str:
    """Choose a body that no replica can read; it is mostly about a ticket that there is."""
    tickets = [ticket for (ticket,) in desk.rows("SELECT ticket_id FROM ticket ORDER BY 1")]
    if tickets and dice.random() < 0.6:
        return _almost(dice.choice(tickets), day, dice)
    return dice.choice(POISON)


def say_poison(desk: SimulatedDesk, body: str) -> None:
    """Write a body into the desk's own log, as a broken program of its would."""
    with desk.log.engine.begin() as connection:
        here = logs.standing_of(connection, logs.current_log(connection))
        ((last_hlc, offset_ms),) = run(connection, "SELECT last_hlc, clock_offset_ms FROM me")
        seq, hlc = here.seq + 1, tick(last_hlc, desk.clock.ms(), offset_ms=offset_ms)
        event = Event(
            str(UUID(bytes=here.log_id)), seq, hlc, link(here.chain, seq, hlc, body), body
        )
        logs.take_in(connection, here.log_id, [(event, parse_body(body))])
        run(connection, "UPDATE me SET last_hlc = ?", (hlc,))
    desk.done.append((hlc, body))


def meet_stranger(desk: SimulatedDesk, body: str, dice: random.Random) -> None:
    """Let a log of somebody unknown arrive whose second event no replica can read."""
    log_id = str(UUID(int=dice.getrandbits(128), version=4))
    place, events = Place.start(log_id), []
    for seq, said in enumerate((_GOOD, body, _GOOD), start=1):
        hlc = (desk.clock.ms() << 16) + seq
        event = Event(log_id, seq, hlc, link(place.chain, seq, hlc, said), said)
        place = Place(log_id, seq, event.chain)
        events.append(event)
    desk.replica.append(Place.start(log_id), events)
    desk.done += [(event.hlc, event.body) for event in events]


def leave_first_release(folder: Path) -> Path:
    """Make a data folder as the first release left it; return it."""
    folder.mkdir()
    shutil.copy(_FIRST_RELEASE, folder / "log.db")
    make_v1.keys_of_v1(folder / "keys.json")
    return folder
