"""The roster kept beside the log: works without the centre, names nobody, trusts no nonsense."""

import json
from pathlib import Path
from typing import Any

import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.sync.peer.roster import RosterFile, read_roster
from tests.peer.network import identity, listed, roster_of

ANN, BOB, EVE = (identity(name) for name in ("ann", "bob", "eve"))


def test_a_roster_is_kept_and_names_nobody(tmp_path: Path) -> None:
    file = RosterFile(tmp_path / "roster.json")
    assert file.load() is None
    assert file.stamp() == ()
    roster = read_roster(roster_of(listed(2, ANN) | {"name": "王小明"}))
    file.save(roster)
    assert file.load() == roster
    text = (tmp_path / "roster.json").read_text(encoding="utf-8")
    assert "王" not in json.dumps(json.loads(text), ensure_ascii=False)
    assert [path.name for path in tmp_path.iterdir()] == ["roster.json"]


def test_a_roster_that_says_nothing_new_is_not_written(tmp_path: Path) -> None:
    file = RosterFile(tmp_path / "roster.json")
    file.save(read_roster(roster_of(listed(2, ANN))))
    stamp = file.stamp()
    file.save(read_roster(roster_of(listed(2, ANN))))
    assert file.stamp() == stamp
    for slot in range(3, 30):  # also many times within a tick of the file system's clock
        file.save(read_roster(roster_of(listed(slot, ANN))))
        assert file.stamp() != stamp
        stamp = file.stamp()


def test_only_who_may_exchange_is_trusted() -> None:
    roster = read_roster(
        roster_of(
            listed(2, ANN),
            listed(3, BOB, is_revoked=True),
            listed(4, EVE, certificate="nonsense"),
            listed(5, EVE, certificate=None),
        )
    )
    assert {print_: desk.desk for print_, desk in roster.certificates().items()} == {
        ANN.fingerprint: 2
    }


def test_relays_are_asked_in_the_order_of_their_slots() -> None:
    roster = read_roster(
        roster_of(
            listed(9, EVE, relay="[fe80::1]:7443"),
            listed(4, ANN, relay="10.0.0.4:7443"),
            listed(2, BOB, relay="relay.branch:7443"),
            listed(1, BOB, relay="10.0.0.5:7443", is_revoked=True),
            listed(3, BOB, relay="10.0.0.5"),
            listed(5, BOB, relay="10.0.0.5:70000"),
            listed(6, BOB, relay="http://10.0.0.5:70"),
        )
    )
    assert [desk.desk for desk in roster.relays()] == [2, 4, 9]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"desks": {}},
        {"desks": [None]},
        roster_of({"desk": 1, "slot": "1", "kind": "wall", "is_revoked": False}),
        roster_of({"desk": 1, "slot": 1, "kind": "wall", "is_revoked": 0}),
        roster_of({"desk": "a", "slot": 1, "kind": "wall", "is_revoked": False}),
    ],
)
def test_what_is_no_roster_is_malformed(document: dict[str, Any]) -> None:
    with pytest.raises(KnownError, match=r"sync\.malformed"):
        read_roster(document)


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"desks": 1}', "[" * 100_000, "\x00"])
def test_a_file_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "roster.json").write_text(text, encoding="utf-8")
    assert RosterFile(tmp_path / "roster.json").load() is None


def test_a_folder_that_takes_nothing_is_said(tmp_path: Path) -> None:
    file = RosterFile(tmp_path / "gone" / "roster.json")
    with pytest.raises(KnownError, match=r"cache\.io"):
        file.save(read_roster(roster_of()))
