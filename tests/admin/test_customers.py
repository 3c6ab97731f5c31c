"""Customers from the bank's file to a scan at a desk, over real files and the real database."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lobby_app.cache.customer_feed import SqlCustomerStore
from lobby_app.cache.customers import SqlCustomerCache, open_customers
from lobby_app.central.customer_file import read_customers
from lobby_app.central.transport import PostgresTransport
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.customer import CustomerRecord, Flag, Tier
from lobby_app.domain.customer_ports import FeedPlace
from lobby_app.domain.errors import KnownError
from lobby_app.domain.secret_names import TOKEN_KEY
from lobby_app.scans.context import ScanContext
from lobby_app.sync.customers import (
    CustomerExpiry,
    CustomerFeed,
    expire_customers,
    refresh_customers,
)
from lobby_app.sync.lookup import CentreLookup
from tests.admin.administrator import CARD, DOCUMENT, MOBILE, Administrator, rows_of_everything
from tests.storage.desk import SetClock

NOW = datetime.fromisoformat("2026-11-25T10:00:00+08:00")
PERSON = {
    "customer_ref": "C-1", "tier": "gold", "tier_as_of": "2026-11-20", "masked_name": "王*明",
    "surname": "王", "card_numbers": [CARD], "document_numbers": [DOCUMENT],
    "mobile_numbers": [MOBILE], "flags": ["no_marketing"], "aum": 120_000,
}  # fmt: skip


def person(number: int, **changes: Any) -> dict[str, Any]:
    """Return a customer of the bank's file."""
    card = str(6222026000000000000 + number)
    return {**PERSON, "customer_ref": f"C-{number}", "card_numbers": [card],
            "document_numbers": [], "mobile_numbers": [], **changes}  # fmt: skip


def bring_in(bank: Administrator, people: list[dict[str, Any]], *more: str, branch: int = 7) -> str:
    file = bank.folder / "customers.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in people), encoding="utf-8")
    said = bank.done("import-customers", str(file), "--branch", str(branch), *more)
    file.unlink()
    return said


@dataclass
class Desk:
    """The customers of one desk, and its line to the centre."""

    cache: SqlCustomerCache
    line: PostgresTransport
    context: ScanContext

    @property
    def store(self) -> SqlCustomerStore:
        return SqlCustomerStore(self.cache)

    def refresh(self, now: datetime = NOW) -> None:
        while not refresh_customers(self.store, self.line, now):
            pass

    def known(self) -> list[str]:
        with self.cache.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT customer_ref FROM customer ORDER BY 1")
            return [row[0] for row in rows]

    def find(self, number: str, domain: str = "card") -> CustomerRecord | None:
        return self.cache.find(self.context.token(domain, number))


@pytest.fixture
def desk(bank: Administrator, tmp_path: Path) -> Iterator[Desk]:
    token = bank.central.add_desk(7, 1)
    line = bank.central.transport(token)
    folder = tmp_path / "desk"
    folder.mkdir()
    cache = open_customers(folder / "customers.db", KeyFile(folder / "keys.json"), SetClock())
    key = bank.keys.get(TOKEN_KEY)
    assert key is not None
    yield Desk(cache, line, ScanContext(token_key=key, key_number=1, now=NOW))
    line.close()
    cache.close()


def test_a_customer_of_the_file_is_found_by_a_scan_at_the_desk(
    bank: Administrator, desk: Desk
) -> None:
    assert "1 read, 1 new or changed, 0 gone" in bring_in(bank, [PERSON])
    desk.refresh()
    for number, domain in ((CARD, "card"), (DOCUMENT, "document"), (MOBILE, "mobile")):
        found = desk.find(number, domain)
        assert found is not None
        assert (found.customer_ref, found.tier, found.flags) == (
            "C-1", Tier.GOLD, frozenset({Flag.NO_MARKETING}),
        )  # fmt: skip
    assert desk.find(CARD, "document") is None
    assert desk.store.confirmed_at() == NOW


def test_csv_says_the_same_as_json_lines(bank: Administrator, desk: Desk) -> None:
    bring_in(bank, [PERSON])
    file = bank.folder / "customers.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(PERSON))
        writer.writeheader()
        spaced = " ".join(CARD[at : at + 4] for at in range(0, 20, 4)).strip().replace(" ", "-")
        lists = {"card_numbers": spaced, "document_numbers": DOCUMENT.lower(),
                 "mobile_numbers": MOBILE, "flags": "no_marketing"}  # fmt: skip
        writer.writerow({**PERSON, **lists})
    assert bank.done("import-customers", str(file), "--branch", "7") == "Nothing to do.\n"


def test_only_what_changed_goes_to_the_desk(bank: Administrator, desk: Desk) -> None:
    people = [person(n) for n in range(1, 1201)]
    bring_in(bank, people)
    desk.refresh()
    assert len(desk.known()) == 1200
    assert bring_in(bank, people) == "Nothing to do.\n"
    place = desk.store.place()
    assert place.position == 1200
    people[4] = person(5, tier="diamond")
    assert "1 new or changed" in bring_in(bank, people)
    asked = desk.line.call(
        "customers", {"incarnation": place.incarnation, "position": place.position, "limit": 500}
    )
    assert [one["customer_ref"] for one in asked["records"]] == ["C-5"]
    desk.refresh()
    found = desk.cache.get("C-5")
    assert found is not None
    assert found.tier is Tier.DIAMOND


def test_whoever_is_missing_from_a_full_file_is_gone_everywhere(
    bank: Administrator, desk: Desk
) -> None:
    bring_in(bank, [person(1), person(2), person(3)])
    desk.refresh()
    before = rows_of_everything(bank.central)
    said = bring_in(bank, [person(2)], "--full", "--dry-run")
    assert said == "Would do: Customers of branch 7: 1 read, 0 new or changed, 2 gone.\n"
    assert rows_of_everything(bank.central) == before
    assert f"Would do: {bring_in(bank, [person(2)], '--full')}" == said
    desk.refresh()
    assert desk.known() == ["C-2"]
    assert desk.find(person(1)["card_numbers"][0]) is None
    bring_in(bank, [person(1)])
    desk.refresh()
    assert desk.known() == ["C-1", "C-2"]


def test_a_card_that_moves_to_somebody_else_leads_to_them(bank: Administrator, desk: Desk) -> None:
    bring_in(bank, [person(1)])
    desk.refresh()
    bring_in(bank, [person(1, card_numbers=[]), person(2, card_numbers=person(1)["card_numbers"])])
    desk.refresh()
    found = desk.find(person(1)["card_numbers"][0])
    assert found is not None
    assert found.customer_ref == "C-2"


def test_forgotten_tombstones_make_an_old_desk_begin_anew(bank: Administrator, desk: Desk) -> None:
    bring_in(bank, [person(1), person(2)])
    desk.refresh()
    bring_in(bank, [person(2)], "--full")
    bank.central.run("UPDATE lobby.customer SET changed_at = now() - interval '91 days'")
    bring_in(bank, [person(2), person(3)])
    assert bank.central.run("SELECT count(*) FROM lobby.customer WHERE deleted") == [(0,)]
    desk.refresh()
    assert desk.known() == ["C-2", "C-3"]


def test_the_bank_erases_and_every_desk_forgets(bank: Administrator, desk: Desk) -> None:
    bring_in(bank, [PERSON])
    desk.refresh()
    planned = bank.done("import-customers", "--erase", "--branch", "7", "--dry-run")
    assert bank.central.run("SELECT count(*) FROM lobby.customer") == [(1,)]
    assert f"Would do: {bank.done('import-customers', '--erase', '--branch', '7')}" == planned
    assert bank.done("import-customers", "--erase", "--branch", "7") == "Nothing to do.\n"
    desk.refresh()
    assert desk.known() == []
    assert desk.store.place() == FeedPlace(None, 0)


def test_a_revoked_desk_forgets_at_once(bank: Administrator, desk: Desk) -> None:
    bring_in(bank, [PERSON])
    desk.refresh()
    bank.done("revoke-desk", "--branch", "7", "--slot", "1")
    with pytest.raises(KnownError, match=r"sync\.not_enrolled"):
        desk.refresh()
    assert desk.known() == []


def test_data_the_bank_has_not_confirmed_for_seven_days_is_erased(
    bank: Administrator, desk: Desk, expected_log: Any
) -> None:
    bring_in(bank, [PERSON])
    desk.refresh()
    expire_customers(desk.store, NOW + timedelta(days=7))
    assert desk.known() == ["C-1"]
    bank.central.run("ALTER ROLE lobby_desk NOLOGIN")
    desk.line.close()
    try:
        with pytest.raises(KnownError, match=r"sync\.no_answer"):
            desk.refresh(NOW + timedelta(days=6))
        assert desk.known() == ["C-1"]
        with pytest.raises(KnownError, match=r"sync\.no_answer"):
            desk.refresh(NOW + timedelta(days=7, seconds=1))
    finally:
        bank.central.run("ALTER ROLE lobby_desk LOGIN")
    expected_log("customer data not confirmed since 2026-11-25: erased")
    assert desk.known() == []
    desk.refresh(NOW + timedelta(days=8))
    assert desk.known() == ["C-1"]


def test_data_goes_also_while_nobody_answers(
    bank: Administrator, desk: Desk, expected_log: Any
) -> None:
    bring_in(bank, [PERSON])
    desk.refresh()
    CustomerExpiry(desk.store, lambda: NOW + timedelta(days=7)).look()
    assert desk.known() == ["C-1"]
    CustomerExpiry(desk.store, lambda: NOW + timedelta(days=7, seconds=1)).look()
    expected_log("customer data not confirmed since 2026-11-25: erased")
    assert desk.known() == []


def test_the_feed_is_followed_now_and_then(bank: Administrator, desk: Desk) -> None:
    feed = CustomerFeed(desk.store, desk.line, lambda: NOW)
    bring_in(bank, [person(1)])
    feed.follow()
    assert desk.known() == ["C-1"]
    bring_in(bank, [person(2)])
    feed.follow()
    assert desk.known() == ["C-1"]


def test_a_customer_of_another_branch_is_looked_up_noted_and_kept_for_a_week(
    bank: Administrator, desk: Desk
) -> None:
    bank.done("add-branch", "--branch", "8", "--name", "Eight")
    bring_in(bank, [PERSON], branch=8)
    look_up = CentreLookup(desk.line, desk.store, lambda: NOW, deadline_s=10)
    found = look_up(desk.context.token("card", CARD))
    assert found is not None
    assert found.customer_ref == "C-1"
    assert desk.find(DOCUMENT, "document") == desk.cache.get("C-1")
    (note,) = bank.central.run(
        "SELECT detail FROM lobby.audit WHERE action = 'customer_of_other_branch'"
    )
    assert note[0] == {"branch": 8, "customer_ref": "C-1"}
    assert look_up(desk.context.token("card", "4000000000000002")) is None
    desk.refresh(NOW + timedelta(days=7))
    assert desk.known() == ["C-1"]
    desk.refresh(NOW + timedelta(days=7, seconds=1))
    assert desk.known() == []
    look_up.close()


def test_the_branchs_own_record_stands_against_a_look_up(bank: Administrator, desk: Desk) -> None:
    bring_in(bank, [PERSON])
    desk.refresh()
    found = desk.cache.get("C-1")
    assert found is not None
    desk.store.keep(found, NOW - timedelta(days=30))
    desk.store.drop_looked_up(NOW)
    assert desk.known() == ["C-1"]


WRONG = [
    ({**PERSON, "tier": "royal"}, "tier"),
    ({**PERSON, "aum": "much"}, "aum"),
    ({**PERSON, "aum": True}, "aum"),
    ({**PERSON, "tier_as_of": "20.11.2026"}, "tier_as_of"),
    ({**PERSON, "tier_as_of": None}, "tier_as_of"),
    ({**PERSON, "masked_name": "王小明"}, "masked_name"),
    ({**PERSON, "customer_ref": CARD}, "customer_ref"),
    ({**PERSON, "customer_ref": DOCUMENT}, "customer_ref"),
    ({**PERSON, "customer_ref": None}, "customer_ref"),
    ({**PERSON, "card_numbers": [CARD + "x"]}, "card_numbers"),
    ({**PERSON, "card_numbers": CARD}, "card_numbers"),
    ({**PERSON, "card_numbers": [int(CARD)]}, "card_numbers"),
    ({**PERSON, "flags": ["vip"]}, "flags"),
    ({**PERSON, CARD: 1}, "?"),
    ({**PERSON, "colour": "red"}, "colour"),
    ({**PERSON, "surname": "王 " + MOBILE}, "surname"),
    ({**PERSON, "masked_name": CARD + "*"}, "masked_name"),
    ({**PERSON, "manager_name": f"{CARD[:4]} {CARD[4:10]}-{CARD[10:]}"}, "manager_name"),
    ({**PERSON, "usual_businesses": ["deposit", DOCUMENT]}, "usual_businesses"),
    ({**PERSON, "surname": "王\0"}, "surname"),
    ({**PERSON, "usual_businesses": ["\ud800"]}, "usual_businesses"),
    ({**PERSON, "aum_change_90d_percent": float("nan")}, "aum_change_90d_percent"),
    ({**PERSON, "aum_change_90d_percent": -float("inf")}, "aum_change_90d_percent"),
    ({**PERSON, "aum": 10**400}, "aum"),
    ({**PERSON, "mobile_numbers": [str(13800000000 + n) for n in range(201)]}, "mobile_numbers"),
    ({**PERSON, "aum_change_90d_percent": True}, "aum_change_90d_percent"),
    ([CARD], "?"),
]


@pytest.mark.parametrize(("line", "what"), WRONG)
def test_a_wrong_line_is_named_without_its_content(line: Any, what: str, tmp_path: Path) -> None:
    file = tmp_path / "customers.jsonl"
    file.write_text(f"{json.dumps(person(1))}\n\n{json.dumps(line)}\n", encoding="utf-8")
    customers = read_customers(file, lambda domain, number: f"{domain} {number}")
    assert next(customers).customer_ref == "C-1"
    with pytest.raises(KnownError) as refused:
        next(customers)
    assert refused.value.key == "central.file_line"
    assert refused.value.params == {"file": str(file), "line": 3, "what": what}


@pytest.mark.parametrize(
    "content", [b'"customer_ref\n', b"a,b\n1,2,3\n", b"{\n", b"customer_ref\n1,2\n"]
)
@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_broken_file_is_refused(content: bytes, suffix: str, tmp_path: Path) -> None:
    file = (tmp_path / "customers").with_suffix(suffix)
    file.write_bytes(content)
    with pytest.raises(KnownError, match=r"central\.file_line"):
        list(read_customers(file, lambda domain, number: "token"))


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_another_encoding_is_named(encoding: str, suffix: str, tmp_path: Path) -> None:
    file = (tmp_path / "customers").with_suffix(suffix)
    file.write_text("customer_ref,surname\nC-1,王\n", encoding=encoding)
    with pytest.raises(KnownError, match=r"central\.file_encoding"):
        list(read_customers(file, lambda domain, number: "token"))


@pytest.mark.parametrize(
    ("suffix", "content", "what"),
    [
        (".csv", f"customer_ref,card_numbers,card_numbers\nC-1,{CARD},{CARD}\n", "card_numbers"),
        (".jsonl", f'{{"card_numbers":["{CARD}"],"card_numbers":[]}}\n', "?"),
    ],
)
def test_a_field_that_is_there_twice_loses_nothing_in_silence(
    suffix: str, content: str, what: str, tmp_path: Path
) -> None:
    file = (tmp_path / "customers").with_suffix(suffix)
    file.write_text(content, encoding="utf-8")
    with pytest.raises(KnownError) as refused:
        list(read_customers(file, lambda domain, number: "token"))
    assert refused.value.params == {"file": str(file), "line": 1, "what": what}


def test_a_wrong_line_changes_nothing(bank: Administrator) -> None:
    before = rows_of_everything(bank.central)
    file = bank.folder / "customers.jsonl"
    lines = [json.dumps(person(n)) for n in range(1, 2001)]
    file.write_text("\n".join([*lines, json.dumps({**PERSON, "tier": CARD})]), encoding="utf-8")
    status, said, errors = bank.run("import-customers", str(file), "--branch", "7")
    assert (status, said, errors.count("\n")) == (2, "", 1)
    assert "line 2001: tier is not right" in errors
    assert CARD not in errors
    assert rows_of_everything(bank.central) == before


def test_an_empty_file_is_not_taken_for_a_bank_without_customers(
    bank: Administrator, desk: Desk
) -> None:
    bring_in(bank, [PERSON])
    file = bank.folder / "customers.csv"
    file.write_text("customer_ref,tier,tier_as_of\n")
    status, _, errors = bank.run("import-customers", str(file), "--branch", "7", "--full")
    assert (status, "names no customer" in errors) == (2, True)
    desk.refresh()
    assert desk.known() == ["C-1"]


def test_other_files_and_missing_ones_are_refused(bank: Administrator) -> None:
    for name, sentence in (("a.xlsx", "neither .csv nor"), ("a.csv", "cannot be read")):
        status, _, errors = bank.run("import-customers", str(bank.folder / name), "--branch", "7")
        assert (status, sentence in errors) == (2, True)


def test_no_number_is_stored_or_told_anywhere(
    bank: Administrator, desk: Desk, tmp_path: Path
) -> None:
    said = bring_in(bank, [PERSON])
    desk.refresh()
    desk.cache.fold_wal()
    places = {
        "database": "\n".join(
            r for rows in rows_of_everything(bank.central).values() for r in rows
        ),
        "server": (bank.central.server.folder / "log").read_text(errors="replace"),
        "output": said,
        **{str(p): p.read_bytes().decode("latin-1") for p in tmp_path.rglob("*") if p.is_file()},
    }
    for place, text in places.items():
        assert not [n for n in (CARD, DOCUMENT, MOBILE, CARD[6:], DOCUMENT[6:14]) if n in text], (
            place
        )
