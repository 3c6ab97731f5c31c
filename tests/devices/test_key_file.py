"""The key file: for one user only, whole or not at all."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import SecretState
from tests.storage.processes import run_together

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")


def test_what_is_put_is_got_also_by_the_next_process(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "deep" / "keys.json")
    assert (keys.get("a"), keys.state) == (None, SecretState.KEY_FILE)
    keys.put("a", b"\x00\xff" * 16)
    keys.put("b", b"")
    assert KeyFile(tmp_path / "deep" / "keys.json").get("a") == b"\x00\xff" * 16
    assert keys.get("b") == b""


def test_a_forgotten_key_is_gone_and_the_others_stay(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    keys.delete("never stored")
    assert not (tmp_path / "keys.json").exists()
    keys.put("a", b"1")
    keys.put("b", b"2")
    keys.delete("a")
    assert (keys.get("a"), keys.get("b")) == (None, b"2")
    assert b"MQ==" not in (tmp_path / "keys.json").read_bytes()


@POSIX
def test_only_the_owner_can_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        KeyFile(tmp_path / "keys.json").put("a", b"1")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o677])
def test_one_that_others_may_read_is_refused_unread(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    keys = KeyFile(path)
    keys.put("a", b"1")
    path.chmod(mode)
    before = path.read_bytes()
    for attempt in (lambda: keys.get("a"), lambda: keys.put("b", b"2"), lambda: keys.delete("a")):
        with pytest.raises(KnownError) as caught:
            attempt()
        assert (caught.value.key, caught.value.params) == (
            "secrets.key_file_open",
            {"file": str(path)},
        )
    assert path.read_bytes() == before


@POSIX
def test_a_read_only_one_can_be_read_but_gets_no_further_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = KeyFile(path)
    keys.put("a", b"1")
    path.chmod(0o400)
    assert keys.get("a") == b"1"
    for attempt in (lambda: keys.put("b", b"2"), lambda: keys.delete("a")):
        with pytest.raises(KnownError) as caught:
            attempt()
        assert caught.value.key == "secrets.key_file_unwritable"
    assert (keys.get("a"), keys.get("b")) == (b"1", None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"7", b'"x"', b'{"a": 1}', b'{"a": null}', b'{"a": ["x"]}',
        b'{"a": "not base64!"}', b'{"a": "QUJ"}', b'{"a": "QUJD\xc3\xa9"}', b'{"a": "QUI=QUI="}',
        b"\x00" * 50, b"\xff\xfe{}",
    ],
)  # fmt: skip
def test_a_damaged_one_is_said_and_never_taken_for_an_empty_one(tmp_path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    path.chmod(0o600)
    keys = KeyFile(path)
    for attempt in (lambda: keys.get("a"), lambda: keys.put("a", b"2"), lambda: keys.delete("a")):
        with pytest.raises(KnownError) as caught:
            attempt()
        assert caught.value.key == "secrets.key_file_unreadable"
    assert path.read_bytes() == content


def test_one_damaged_value_is_not_a_wrong_key(tmp_path: Path) -> None:
    """A character lost in the middle must not decode to other bytes: the log would look foreign."""
    path = tmp_path / "keys.json"
    keys = KeyFile(path)
    keys.put("a", bytes(range(32)))
    values = json.loads(path.read_bytes())
    values["a"] = values["a"][:10] + "*" + values["a"][10:]
    path.write_text(json.dumps(values))
    with pytest.raises(KnownError):
        keys.get("a")


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "keys.json").mkdir(mode=0o700)
    with pytest.raises(KnownError) as caught:
        KeyFile(tmp_path / "keys.json").get("a")
    assert caught.value.key == "secrets.key_file_unreadable"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KnownError) as caught:
        KeyFile(tmp_path / "file" / "keys.json").put("a", b"1")
    assert caught.value.key in ("secrets.key_file_unwritable", "secrets.key_file_unreadable")


PUTTER = """
import os, sys
from pathlib import Path
from lobby_app.devices.key_file import KeyFile
keys = KeyFile(Path(sys.argv[1]))
for n in range(40):
    keys.put(f"{os.getpid()}-{n}", bytes([n]))
    keys.put("shared", bytes([n]))
print(os.getpid())
"""


def test_processes_that_write_together_lose_no_key(tmp_path: Path) -> None:
    answers = run_together(PUTTER, [str(tmp_path / "keys.json")], count=3)
    keys = KeyFile(tmp_path / "keys.json")
    for process in answers:
        for n in range(40):
            assert keys.get(f"{process.strip()}-{n}") == bytes([n])


@settings(max_examples=10)
@given(values=st.dictionaries(st.text(max_size=8).filter(str.isprintable), st.binary(max_size=64)))
def test_any_name_and_any_bytes(tmp_path_factory, values: dict[str, bytes]) -> None:
    keys = KeyFile(tmp_path_factory.mktemp("keys") / "keys.json")
    for name, value in list(values.items())[:4]:
        keys.put(name, value)
        assert keys.get(name) == value
