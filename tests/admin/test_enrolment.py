"""A code becomes a desk: over the real database, with real key files and real settings."""

import tomllib
from pathlib import Path
from uuid import uuid4

import pytest

from lobby_app.assembly import BranchClock
from lobby_app.cache.opening import open_log
from lobby_app.central.transport import PostgresTransport
from lobby_app.config import load_settings
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.errors import KnownError
from lobby_app.domain.secret_names import DESK_PASSWORD, DESK_TOKEN, TOKEN_KEY
from lobby_app.locking import locked
from lobby_app.partners import central_address
from lobby_app.sync.enrolment.code import read_code
from lobby_app.sync.enrolment.joining import token_text
from lobby_app.sync.peer.certificate import load_identity
from tests.admin.administrator import Administrator, rows_of_everything
from tests.central.logs import Log, issued, today


def line_of(folder: Path) -> PostgresTransport:
    """Return the line of an enrolled desk, from nothing but its folder."""
    keys = KeyFile(folder / "keys.json")
    password, token = keys.get(DESK_PASSWORD), keys.get(DESK_TOKEN)
    assert password is not None
    assert token is not None
    address = central_address(load_settings(folder))
    return PostgresTransport(address, password.decode(), token_text(token))


def refusal(folder: Path) -> str:
    """Return the key of the error with which the centre refuses a desk, empty when it does not."""
    line = line_of(folder)
    try:
        line.call("roster", {})
    except KnownError as error:
        return error.key
    finally:
        line.close()
    return ""


def test_a_code_typed_at_the_desk_makes_it_one_of_the_bank(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bank.desk(tmp_path / "desk")
    (folder / "customers.db").write_bytes(b"tokens of another key")
    keys = KeyFile(folder / "keys.json")
    keys.put(TOKEN_KEY, b"the desk's own key")
    code = bank.code(7, 12, "relay", "--relay", "lobby-12:7443")
    status, said = bank.enrol(folder, code.lower().replace("-", " "), monkeypatch)
    assert (status, said) == (
        0,
        "This desk is enrolled: branch 7, slot 12. Open its windows now.\n",
    )
    settings = load_settings(folder)
    assert (settings.slot, settings.central.address) == (12, bank.database)
    assert (folder / "lobby.toml").read_text().startswith("# of this desk\nlanguage")
    assert not (folder / "customers.db").exists()
    assert keys.get(TOKEN_KEY) == bank.keys.get(TOKEN_KEY)
    line = line_of(folder)
    (desk,) = line.call("roster", {})["desks"]
    line.close()
    identity = load_identity(keys)
    assert identity is not None
    assert desk == {
        "desk": 1, "slot": 12, "kind": "relay", "name": "Desk", "relay": "lobby-12:7443",
        "certificate": identity.certificate_pem, "is_revoked": False,
    }  # fmt: skip


def test_a_code_works_once(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = bank.code(7, 1)
    first, second = bank.desk(tmp_path / "first"), bank.desk(tmp_path / "second")
    assert bank.enrol(first, code, monkeypatch)[0] == 0
    status, said = bank.enrol(second, code, monkeypatch)
    assert (status, "unknown, used or too old" in said) == (2, True)
    assert "central" not in tomllib.loads((second / "lobby.toml").read_text())
    assert not (second / "keys.json").exists()
    assert refusal(first) == ""


@pytest.mark.parametrize("spoiled", ["expired", "withdrawn", "replaced"])
def test_a_code_that_is_void_makes_no_desk(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    code = bank.code(7, 1)
    if spoiled == "expired":
        bank.central.run("UPDATE lobby.enrolment SET expires_at = now()")
    elif spoiled == "withdrawn":
        assert bank.done("revoke-desk", "--branch", "7", "--slot", "1").startswith("The unused")
    else:
        bank.code(7, 1)
    status, said = bank.enrol(bank.desk(tmp_path / "desk"), code, monkeypatch)
    assert (status, "unknown, used or too old" in said) == (2, True)
    assert bank.central.run("SELECT count(*) FROM lobby.desk") == [(0,)]


def test_a_mistyped_code_asks_nobody(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = bank.code(7, 1)
    wrong = ("1" if code[0] == "0" else "0") + code[1:]
    folder = bank.desk(tmp_path / "desk")
    status, said = bank.enrol(folder, wrong, monkeypatch)
    assert (status, "no enrolment code" in said, wrong in said) == (2, True, False)
    assert bank.enrol(folder, code, monkeypatch)[0] == 0


def test_a_centre_that_does_not_answer_is_told_with_what_to_look_at(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, folder = bank.code(7, 1), bank.desk(tmp_path / "desk")
    bank.database_of_desks = "127.0.0.1:9/lobby"
    status, said = bank.enrol(folder, code, monkeypatch)
    assert (status, "127.0.0.1:9/lobby does not answer" in said) == (2, True)
    assert "--root-certificate" in said
    bank.database_of_desks = ""
    assert bank.enrol(folder, code, monkeypatch)[0] == 0


def test_a_new_desk_of_a_slot_ends_the_old_one_and_revoking_ends_both(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = bank.desk(tmp_path / "old"), bank.desk(tmp_path / "new")
    bank.enrol(old, bank.code(7, 1), monkeypatch)
    said = bank.done("enrol-desk", "--branch", "7", "--slot", "1", "--kind", "wall", "--dry-run")
    assert "Would do: The desk Desk, which has slot 1 now, is refused" in said
    bank.enrol(new, bank.code(7, 1), monkeypatch)
    assert (refusal(old), refusal(new)) == ("sync.not_enrolled", "")
    before = rows_of_everything(bank.central)
    planned = bank.done("revoke-desk", "--branch", "7", "--slot", "1", "--dry-run")
    assert rows_of_everything(bank.central) == before
    assert f"Would do: {bank.done('revoke-desk', '--branch', '7', '--slot', '1')}" == planned
    assert bank.done("revoke-desk", "--branch", "7", "--slot", "1") == "Nothing to do.\n"
    assert refusal(new) == "sync.not_enrolled"


def test_a_name_that_would_play_with_an_administrators_screen_is_refused(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, code = bank.desk(tmp_path / "desk"), bank.code(7, 1)
    for name in ("\x1b[2J", "two\nlines", "x" * 101):
        assert bank.enrol(folder, code, monkeypatch, "--name", name)[0] == 2
    assert bank.enrol(folder, code, monkeypatch, "--name", "前台 1")[0] == 0
    assert bank.central.run("SELECT name FROM lobby.desk") == [("前台 1",)]


def test_enrolling_again_keeps_every_other_setting(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bank.desk(tmp_path / "desk")
    with (folder / "lobby.toml").open("a") as file:
        file.write('[wall]\nvolume = 30 # soft\n\n[printer]\nkind = "none"\n')
    for slot in (3, 4):
        assert bank.enrol(folder, bank.code(7, slot), monkeypatch)[0] == 0
    settings = load_settings(folder)
    assert (settings.slot, settings.wall.volume, settings.printer.kind) == (4, 30, "none")
    assert (folder / "lobby.toml").read_text().count("[central]") == 1
    assert "volume = 30 # soft" in (folder / "lobby.toml").read_text()


def test_settings_that_cannot_be_edited_safely_are_left_alone(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bank.desk(tmp_path / "desk")
    text = 'ticket_url = """\n[central]\n"""\n\n[secrets]\nkey_file = "keys.json"\n'
    (folder / "lobby.toml").write_text(text)
    status, said = bank.enrol(folder, bank.code(7, 3), monkeypatch)
    assert (status, "cannot be written" in said) == (2, True)
    assert (folder / "lobby.toml").read_text() == text
    assert bank.central.run("SELECT used_at FROM lobby.enrolment") == [(None,)]


def test_a_desk_set_up_anew_gives_no_number_again(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bank.desk(tmp_path / "first")
    bank.enrol(first, bank.code(7, 12), monkeypatch)
    line = line_of(first)
    numbers = ("A12001", "A12030", "B12990", "A1230")
    log = Log().add(*(issued(str(uuid4()), number) for number in numbers))
    assert line.call("append", log.request())["verdict"] == "taken"
    line.close()
    for folder in (bank.desk(tmp_path / "second"), first):
        assert bank.enrol(folder, bank.code(7, 12), monkeypatch)[0] == 0
        log_file = open_log(
            folder / "log.db", KeyFile(folder / "keys.json"), BranchClock("Asia/Shanghai")
        )
        with log_file.unit_of_work() as work:
            assert work.take_number("A", today()) == 81
            with pytest.raises(KnownError, match=r"cache\.numbers_used_up"):
                work.take_number("B", today())
            assert work.take_number("C", today()) == 1
        log_file.close()


def test_a_desk_that_is_open_is_not_enrolled(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, code = bank.desk(tmp_path / "desk"), bank.code(7, 1)
    with locked(folder / "sync.lock", 0.0):
        status, said = bank.enrol(folder, code, monkeypatch)
    assert (status, "Close its windows" in said) == (2, True)
    assert bank.enrol(folder, code, monkeypatch)[0] == 0


def test_without_a_key_store_nothing_is_enrolled(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "desk"
    code = bank.code(7, 1)
    monkeypatch.setattr("lobby_app.devices.secrets.ALLOWED", ())
    status, said = bank.enrol(folder, code, monkeypatch)
    assert (status, "no usable key store" in said) == (2, True)
    assert not folder.exists()
    assert bank.central.run("SELECT used_at FROM lobby.enrolment") == [(None,)]


def test_no_secret_of_an_enrolment_is_found_anywhere_it_does_not_belong(
    bank: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bank.desk(tmp_path / "desk")
    code = bank.code(7, 1)
    _, said = bank.enrol(folder, code, monkeypatch)
    keys = KeyFile(folder / "keys.json")
    secrets = {name: keys.get(name) or b"" for name in (TOKEN_KEY, DESK_PASSWORD, DESK_TOKEN)}
    assert all(secrets.values())
    secrets["code"], secrets["key"] = code.encode(), read_code(code).wrapping_key
    places = {
        "database": "\n".join(
            r for rows in rows_of_everything(bank.central).values() for r in rows
        ),
        "server": (bank.central.server.folder / "log").read_text(errors="replace"),
        "output": said,
        **{
            str(path): path.read_text(errors="replace")
            for path in tmp_path.rglob("*")
            if path.is_file() and path.name != "keys.json"
        },
    }
    for name, secret in secrets.items():
        forms = {secret.hex(), secret.decode(errors="replace"), code.replace("-", "")}
        for place, text in places.items():
            assert not [form for form in forms if form in text], (name, place)
