"""No display, a display that refuses, a missing library: one sentence each, never an abort."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lobby_app import display
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from tests.helpers.x11 import Display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Wayland")
LOBBY = Path(sys.executable).with_name("lobby")


def _refusal(environment: dict[str, str]) -> KnownError:
    with pytest.raises(KnownError) as caught:
        display.require_display(environment)
    return caught.value


@pytest.mark.parametrize(
    "environment", [{"QT_QPA_PLATFORM": "offscreen"}, {"WAYLAND_DISPLAY": "wayland-0"}]
)
def test_a_chosen_platform_and_wayland_are_left_to_qt(environment: dict[str, str]) -> None:
    display.require_display(environment)


def test_a_real_display_is_accepted() -> None:
    with Display() as screen:
        display.require_display({"DISPLAY": screen.name})


def test_a_display_that_does_not_answer_is_named() -> None:
    error = _refusal({"DISPLAY": ":64999"})
    assert error.key == "cli.display_refused"
    assert all(":64999" in Messages(language).error(error) for language in Language)


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "PySide6"
    plugins = package / "Qt" / "plugins" / "platforms"
    plugins.mkdir(parents=True)
    (package / "__init__.py").touch()
    (plugins / "libqxcb.so").write_bytes(b"not a library")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "PySide6", raising=False)
    error = _refusal({"DISPLAY": ":0"})
    assert error.key == "cli.missing_library"
    assert all("libqxcb.so" in Messages(language).error(error) for language in Language)


@pytest.mark.parametrize(("locale", "says"), [("en_GB.UTF-8", "ssh -X"), ("zh_CN.UTF-8", "桌面")])
def test_the_greeter_without_a_display_is_one_sentence(
    tmp_path: Path, locale: str, says: str
) -> None:
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "LC_ALL")
    environment = {k: v for k, v in os.environ.items() if k not in wanted}
    environment |= {"LANG": locale, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [LOBBY, "greeter", "--demo", "--data-dir", tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
