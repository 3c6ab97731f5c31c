"""Somebody of another branch stands at the desk: they are known, or nobody waits for it."""

import io
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lobby_app.assembly import OpenDesk, open_desk
from lobby_app.cache.customer_feed import SqlCustomerStore
from lobby_app.cache.customers import SqlCustomerCache, open_customers
from lobby_app.central.connection import CentralAddress
from lobby_app.central.transport import PostgresTransport
from lobby_app.cli import run
from lobby_app.config import load_settings
from lobby_app.devices.key_file import KeyFile
from lobby_app.services.reception import identify
from lobby_app.services.views import Identified, Session
from lobby_app.sync.lookup import DEADLINE_S, CentreLookup
from tests.admin.administrator import DOCUMENT, Administrator
from tests.admin.test_customers import NOW, PERSON, bring_in
from tests.storage.desk import SetClock


@pytest.fixture
def enrolled(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenDesk]:
    """The demo branch's desk, enrolled at the bank."""
    monkeypatch.setattr("sys.stdin", io.StringIO(bank.code(7, 1) + "\n"))
    folder = tmp_path / "desk"
    arguments = ["--data-dir", str(folder), "--demo", "--address", bank.database]
    assert run(["enrol", *arguments]) == 0
    opened = open_desk(load_settings(folder, demo=True))
    yield opened
    opened.close()


def greeted(opened: OpenDesk) -> tuple[bool, float]:
    """Scan the document; return whether somebody is known, and how long that took."""
    session = Session("1001", "Greeter", NOW)
    began = time.perf_counter()
    seen = identify(opened.desk, session, DOCUMENT)
    assert isinstance(seen, Identified)
    return seen.visit.profile.is_known, time.perf_counter() - began


def test_a_customer_of_another_branch_is_greeted_as_one_of_the_bank(
    bank: Administrator, enrolled: OpenDesk
) -> None:
    assert greeted(enrolled)[0] is False
    bank.done("add-branch", "--branch", "8", "--name", "Eight")
    bring_in(bank, [PERSON], branch=8)
    assert greeted(enrolled)[0] is True
    assert bank.central.run(
        "SELECT count(*) FROM lobby.audit WHERE action = 'customer_of_other_branch'"
    ) == [(1,)]
    bank.central.run("UPDATE lobby.desk SET revoked_at = now()")
    assert greeted(enrolled)[0] is True


def test_the_measured_answer_is_within_the_deadline(
    bank: Administrator, enrolled: OpenDesk
) -> None:
    greeted(enrolled)
    times = sorted(greeted(enrolled)[1] for _ in range(20))
    assert times[18] < DEADLINE_S


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[SqlCustomerCache]:
    cache = open_customers(tmp_path / "customers.db", KeyFile(tmp_path / "keys.json"), SetClock())
    yield cache
    cache.close()


def test_a_centre_that_says_nothing_costs_one_person_a_third_of_a_second(
    cache: SqlCustomerCache,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = CentralAddress("127.0.0.1", silent.getsockname()[1], "lobby")
        line = PostgresTransport(address, None, "token")
        look_up = CentreLookup(line, SqlCustomerStore(cache), lambda: NOW)
        times = []
        for _ in range(6):
            began = time.perf_counter()
            assert look_up("k1:A") is None
            times.append(time.perf_counter() - began)
        # The first waits for its deadline; the others do not: that question is still under way.
        assert DEADLINE_S * 0.9 < times[0] < DEADLINE_S + 2
        assert statistics.median(times[1:]) < DEADLINE_S / 3
        look_up.close()
        silent.close()
        for thread in threading.enumerate():
            if thread.name == "customer-lookup":
                thread.join(20)
                assert not thread.is_alive()


def test_a_centre_that_is_gone_is_not_asked_again_at_once(cache: SqlCustomerCache) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    line = PostgresTransport(CentralAddress("127.0.0.1", port, "lobby"), None, "token")
    look_up = CentreLookup(line, SqlCustomerStore(cache), lambda: NOW, deadline_s=10)
    assert look_up("k1:A") is None
    with socket.create_server(("127.0.0.1", port)) as back:
        assert look_up("k1:A") is None
        back.setblocking(False)
        with pytest.raises(BlockingIOError):
            back.accept()
    look_up.close()
