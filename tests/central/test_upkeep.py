"""Partitions are made ahead and dropped behind; what is left still chains, and clocks may err."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest

from lobby_app.central.transport import PostgresTransport
from tests.central.logs import Log, issued, today
from tests.helpers.postgres import Central

KEPT_DAYS = 90
_WAITS = "SELECT pid FROM pg_locks WHERE pid = %s AND NOT granted"


@pytest.fixture
def desk(central: Central) -> Iterator[PostgresTransport]:
    central.add_branch(7)
    with closing(central.transport(central.add_desk(7, 1))) as transport:
        yield transport


def _set_day(central: Central, days_ahead: int) -> None:
    """Let the server's clock be so many days ahead."""
    central.run(
        "CREATE OR REPLACE FUNCTION lobby.today() RETURNS date LANGUAGE sql STABLE"
        f" AS $$ SELECT current_date + {days_ahead} $$"
    )


def _partitions(central: Central, parent: str) -> list[object]:
    return [day for (day,) in central.run(f"SELECT lobby.partition_days('{parent}')")]


def _log(count: int) -> Log:
    return Log().add(*(issued(str(uuid4()), f"A1{n:03d}") for n in range(1, count + 1)))


def test_partitions_are_made_a_fortnight_ahead_once(central: Central) -> None:
    for parent in ("event", "ticket"):
        days = _partitions(central, parent)
        assert days == [today() + timedelta(days=n) for n in range(-3, 15)]
    assert central.run("SELECT lobby.keep_up()") == [
        ({"made": 0, "dropped": 0, "postponed": False},)
    ]


def test_days_are_made_for_desks_where_the_daily_upkeep_was_forgotten(
    central: Central, desk: PostgresTransport
) -> None:
    _set_day(central, 11)
    desk.call("roster", {})
    assert _partitions(central, "event")[-1] == today() + timedelta(days=14)
    _set_day(central, 12)
    with central.open() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(hashtext('lobby.keep_up'))")
        desk.call("roster", {})
    assert _partitions(central, "event")[-1] == today() + timedelta(days=14)
    desk.call("roster", {})
    for parent in ("event", "ticket"):
        assert _partitions(central, parent)[-1] == today() + timedelta(days=26)


def test_days_are_made_for_whoever_brings_events_first_after_all_were_away(
    central: Central, desk: PostgresTransport
) -> None:
    """A desk fetches the roster when its events are given away: it cannot be waited for."""
    log = _log(2)
    desk.call("append", log.request(0, 1))
    _set_day(central, 30)
    assert desk.call("append", log.request(1, 2))["verdict"] == "taken"
    assert _partitions(central, "ticket")[-1] == today() + timedelta(days=44)


def test_what_is_over_is_dropped_and_the_rest_still_chains(
    central: Central, desk: PostgresTransport
) -> None:
    log = _log(3)
    desk.call("append", log.request(0, 2))
    _set_day(central, KEPT_DAYS + 1)
    central.run("SELECT lobby.keep_up()")
    desk.call("append", log.request(2, 3))
    central.run("SELECT lobby.keep_up()")
    (head,) = desk.call("heads", {})["heads"]
    assert (head["seq"], head["base_seq"]) == (3, 2)
    assert head["base_chain"] == log.chain(2).hex()
    page = desk.call("read", {"after": [log.place(2)], "limit": 9})
    assert [event["seq"] for event in page["events"]] == [3]
    assert desk.call("read", {"after": [log.place(1)], "limit": 9})["diverged"] == [log.log_id]
    assert today() not in _partitions(central, "event")


def test_a_dump_under_way_keeps_old_days_and_no_new_ones(
    central: Central, desk: PostgresTransport
) -> None:
    log = _log(3)
    desk.call("append", log.request(0, 2))
    _set_day(central, KEPT_DAYS + 1)
    central.run("ALTER FUNCTION lobby.keep_up(date) SET lock_timeout = '10ms'")
    with central.open() as dump, dump.transaction():
        dump.execute("LOCK TABLE lobby.event IN ACCESS SHARE MODE")
        central.run("SELECT lobby.keep_up()")
        assert desk.call("append", log.request(2, 3))["verdict"] == "taken"
        ((said,),) = central.run("SELECT lobby.keep_up()")
    assert (said["made"], said["dropped"], said["postponed"]) == (0, 0, True)
    (head,) = desk.call("heads", {})["heads"]
    assert (head["seq"], head["base_seq"]) == (3, 0)
    ((said,),) = central.run("SELECT lobby.keep_up()")
    assert (said["dropped"] > 0, said["postponed"]) == (True, False)
    (head,) = desk.call("heads", {})["heads"]
    assert (head["seq"], head["base_seq"]) == (3, 2)


def test_a_reader_who_waits_crosswise_keeps_old_days_and_no_new_ones(central: Central) -> None:
    _set_day(central, KEPT_DAYS + 1)
    with central.open() as upkeep, central.open() as reader, ThreadPoolExecutor(1) as thread:
        upkeep.execute("SET deadlock_timeout = '10ms'")
        reader.execute("SET deadlock_timeout = '60s'")
        with reader.transaction():
            reader.execute("LOCK TABLE lobby.ticket IN ACCESS SHARE MODE")
            with upkeep.transaction():
                upkeep.execute("LOCK TABLE lobby.event IN ACCESS EXCLUSIVE MODE")
                waiting = thread.submit(
                    reader.execute, "LOCK TABLE lobby.event IN ACCESS SHARE MODE"
                )
                pid = reader.info.backend_pid
                while not waiting.done() and not central.run(_WAITS, pid):
                    pass
                row = upkeep.execute("SELECT lobby.keep_up()").fetchone()
            waiting.result()
    assert row is not None
    assert (row[0]["made"], row[0]["dropped"], row[0]["postponed"]) == (36, 0, True)


def test_upkeep_works_whatever_order_the_planner_joins_in(central: Central) -> None:
    """A day asked of every relation of the catalogue must not trip over those without one."""
    with central.open() as sql:
        for name in ("nestloop", "hashjoin", "mergejoin"):
            for other in ("nestloop", "hashjoin", "mergejoin"):
                sql.execute(f"SET enable_{other} = {'on' if other == name else 'off'}")
            found = sql.execute(
                "SELECT count(*) FROM lobby.partition_days('event') d WHERE d < current_date - 1"
            ).fetchone()
            assert found == (2,)


def test_a_server_clock_that_ran_ahead_drops_nothing_and_stops_nobody(
    central: Central, desk: PostgresTransport
) -> None:
    log = _log(3)
    desk.call("append", log.request(0, 1))
    _set_day(central, 400)
    central.run("SELECT lobby.keep_up()")
    _set_day(central, 0)
    assert desk.call("append", log.request(1, 2))["verdict"] == "taken"
    (head,) = desk.call("heads", {})["heads"]
    assert (head["seq"], head["base_seq"]) == (2, 0)


def test_a_server_clock_that_is_set_back_keeps_the_order(
    central: Central, desk: PostgresTransport
) -> None:
    log = _log(2)
    _set_day(central, 2)
    desk.call("append", log.request(0, 1))
    _set_day(central, 0)
    assert desk.call("append", log.request(1, 2))["verdict"] == "taken"
    page = desk.call("read", {"after": [log.place(0)], "limit": 9})
    assert [event["seq"] for event in page["events"]] == [1, 2]


def test_keys_lead_with_the_branch_but_for_those_that_find_it(central: Central) -> None:
    """The schema can be spread by branch; these few lead from a secret or a log to its branch."""
    keys = central.run(
        "SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE c.relnamespace = 'lobby'::regnamespace AND NOT c.relispartition"
    )
    others = {name for name, column in keys if column != "branch_id"}
    assert others == {
        "lobby.desk_token", "lobby.enrolment_pkey", "lobby.log_head_anywhere",
        "lobby.customer_token_anywhere", "lobby.centre_pkey", "lobby.alembic_version_pkc",
    }  # fmt: skip
