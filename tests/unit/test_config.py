"""Settings: what a bank writes in lobby.toml, and what happens when it is wrong."""

from pathlib import Path

import pytest

from lobby_app.config import PrinterKind, load_settings
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Language
from lobby_app.messages import Messages


def _write(folder: Path, text: str) -> Path:
    (folder / "lobby.toml").write_text(text, encoding="utf-8")
    return folder


def test_settings_are_defaults_without_a_file(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.printer.kind is PrinterKind.PDF
    assert settings.slot == 1


def test_settings_are_read_with_their_types(tmp_path: Path) -> None:
    settings = load_settings(
        _write(
            tmp_path,
            'language = "en"\nslot = 2\n[printer]\nkind = "tcp"\naddress = "10.0.0.9:9100"\n',
        )
    )
    assert settings.language is Language.EN
    assert settings.slot == 2
    assert settings.printer.kind is PrinterKind.TCP
    assert settings.printer.width_mm == 80


@pytest.mark.parametrize(
    ("text", "key", "named"),
    [
        ("slott = 2", "config.unknown_key", "slott"),
        ("[printer]\nkindd = 'tcp'", "config.unknown_key", "printer.kindd"),
        ("slot = 'two'", "config.wrong_value", "slot"),
        ("slot = true", "config.wrong_value", "slot"),
        ("[printer]\nkind = 'laser'", "config.wrong_value", "printer.kind"),
        ("printer = 3", "config.wrong_value", "printer"),
        ("data_dir = '/tmp'", "config.unknown_key", "data_dir"),
    ],
)
def test_wrong_settings_name_the_key_in_both_languages(
    tmp_path: Path, text: str, key: str, named: str
) -> None:
    with pytest.raises(KnownError) as caught:
        load_settings(_write(tmp_path, text))
    assert caught.value.key == key
    for language in Language:
        assert named in Messages(language).error(caught.value)


def test_broken_toml_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as caught:
        load_settings(_write(tmp_path, "slot = = 2"))
    assert caught.value.key == "config.unreadable"


def test_undecodable_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "lobby.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KnownError) as caught:
        load_settings(tmp_path)
    assert caught.value.key == "config.unreadable"


def test_the_demo_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOBBY_DATA_DIR", str(tmp_path))
    assert load_settings(demo=True).data_dir != load_settings().data_dir
