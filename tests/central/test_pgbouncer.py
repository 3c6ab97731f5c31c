"""Desks through a pool of one server connection: nothing of one is ever seen by another.

The wheel's server speaks no TLS; what lies between desk and bank is the pooler's, and real.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from lobby_app.central.connection import CentralAddress, connect
from lobby_app.central.transport import PostgresTransport
from lobby_app.domain.errors import KnownError
from tests.central.logs import Log, claim, issued
from tests.helpers.pgbouncer import PASSWORD, Authority, authority, pgbouncer, with_proof
from tests.helpers.postgres import Central


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not below pytest's own folder, which nobody but its user may enter.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def bank(folder: Path) -> Authority:
    return authority(folder / "bank")


@pytest.fixture
def pool(central: Central, folder: Path, bank: Authority) -> Iterator[CentralAddress]:
    with pgbouncer(central, folder, bank) as address:
        yield address


def _line(address: CentralAddress, token: str, password: str = PASSWORD) -> PostgresTransport:
    return PostgresTransport(address, password, token)


def test_a_desk_works_through_the_pool(central: Central, pool: CentralAddress) -> None:
    central.add_branch(7)
    with closing(_line(pool, central.add_desk(7, 1))) as desk:
        ticket = str(uuid4())
        log = Log().add(issued(ticket, "A1001"))
        assert desk.call("append", log.request())["verdict"] == "taken"
        assert desk.call("claim", claim(ticket, 3, str(uuid4())))["verdict"] == "granted"
        assert len(desk.call("heads", {})["heads"]) == 2
        page = desk.call("read", {"after": [log.place(0)], "limit": 9})
        assert [event["seq"] for event in page["events"]] == [1]


def test_desks_of_two_branches_on_one_connection_stay_apart(
    central: Central, pool: CentralAddress
) -> None:
    tokens = {}
    for branch in (7, 8):
        central.add_branch(branch)
        tokens[branch] = central.add_desk(branch, 1)

    def work(branch: int) -> set[int]:
        with closing(_line(pool, tokens[branch])) as desk:
            log = Log().add(*(issued(str(uuid4()), f"A1{n:03d}") for n in range(1, 4)))
            desk.call("append", log.request())
            seen = {desk.call("roster", {})["branch"] for _ in range(40)}
            assert [head["log"] for head in desk.call("heads", {})["heads"]] == [log.log_id]
            return seen

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(work, (7, 8))) == [{7}, {8}]


def test_what_a_desk_sets_is_not_left_to_the_next(central: Central, pool: CentralAddress) -> None:
    """A stolen desk must not stop all others by what it leaves on the connections they share."""
    central.add_branch(7)
    with connect(pool, "lobby_desk", PASSWORD) as stolen:
        for setting in (
            "default_transaction_read_only = on",
            "statement_timeout = '1ms'",
            "search_path = pg_temp",
        ):
            stolen.execute("SET " + setting)
    with closing(_line(pool, central.add_desk(7, 1))) as desk:
        assert desk.call("append", Log().add(issued(str(uuid4()))).request())["verdict"] == "taken"


def test_a_revoked_desk_is_refused_through_the_pool(central: Central, pool: CentralAddress) -> None:
    central.add_branch(7)
    with closing(_line(pool, central.add_desk(7, 1))) as desk:
        desk.call("heads", {})
        central.run("UPDATE lobby.desk SET revoked_at = now()")
        with pytest.raises(KnownError) as refused:
            desk.call("heads", {})
    assert refused.value.key == "sync.not_enrolled"


def _refused(address: CentralAddress, token: str, password: str = PASSWORD) -> str:
    with closing(_line(address, token, password)) as desk, pytest.raises(KnownError) as refused:
        desk.call("heads", {}, 5.0)
    return refused.value.key


def test_a_wrong_password_or_a_server_nobody_vouches_for_is_no_partner(
    central: Central, pool: CentralAddress, folder: Path
) -> None:
    central.add_branch(7)
    token = central.add_desk(7, 1)
    assert _refused(pool, token, "another password") == "sync.no_answer"
    stranger = authority(folder / "stranger")
    assert _refused(replace(pool, root_certificate=stranger.root), token) == "sync.no_answer"
    with closing(_line(pool, token)) as desk:
        desk.call("heads", {})


def test_a_pool_that_asks_for_certificates_takes_the_banks_only(
    central: Central, folder: Path, bank: Authority
) -> None:
    central.add_branch(7)
    token = central.add_desk(7, 1)
    proved = authority(folder / "stranger")
    with pgbouncer(central, folder, bank, wants_certificate=True) as address:
        assert _refused(address, token) == "sync.no_answer"
        assert _refused(with_proof(address, proved, "lobby_desk"), token) == "sync.no_answer"
        with closing(_line(with_proof(address, bank, "lobby_desk"), token)) as desk:
            assert desk.call("heads", {})["heads"] == []
