"""What the documents promise is what the program does: keys, commands, settings, links."""

import argparse
import re
import tomllib
from pathlib import Path

import pytest

from lobby_app.cli import _parser
from lobby_app.config import load_settings
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.ui.shortcuts import DEFAULT_KEYS, Command, KeyMap

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def _section(title: str) -> str:
    """Return the text under a heading of the README."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_readme_lists_every_key() -> None:
    rows = re.findall(r"^\| (\S+) \| `(\w+)` \|", _section("Keys"), re.M)
    listed = [(Command(command), key.replace("Enter", "Return")) for key, command in rows]
    assert listed == list(DEFAULT_KEYS.items())


def _subcommands() -> dict[str, argparse.ArgumentParser]:
    parser = _parser(Messages(Language.EN))
    (group,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return dict(group.choices)


def test_the_readme_lists_every_command() -> None:
    listed = re.findall(r"^\| `lobby ([\w-]+)", _section("Commands"), re.M)
    assert listed == list(_subcommands())


def test_the_readme_names_no_option_that_does_not_exist() -> None:
    named = re.findall(r"^\| `lobby ([\w-]+)([^`]*)`", _section("Commands"), re.M)
    known = _subcommands()
    for name, rest in named:
        options = re.findall(r"--[\w-]+", rest)
        assert set(options) <= set(known[name]._option_string_actions), name


def _settings_example() -> str:
    (example,) = re.findall(r"```toml\n(.*?)```", _section("Settings"), re.S)
    return example


def test_the_example_of_settings_is_valid_and_whole(tmp_path: Path) -> None:
    (tmp_path / "lobby.toml").write_text(_settings_example(), encoding="utf-8")
    read, usual = load_settings(tmp_path), load_settings(tmp_path / "none")
    KeyMap.with_changes(read.keys)
    for name in ("printer", "secrets", "wedge", "greeter", "slot", "policy_dir", "ticket_url"):
        assert getattr(read, name) == getattr(usual, name), name
    document = tomllib.loads(_settings_example())
    for table, shown in [(usual, document), *((getattr(usual, t), document[t]) for t in TABLES)]:
        assert set(shown) == set(table.__dataclass_fields__) - {"data_dir", "demo"}


TABLES = ("printer", "secrets", "wedge", "greeter")


def _links() -> list[tuple[Path, str]]:
    return [
        (document, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
        if "://" not in target
    ]


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}


@pytest.mark.parametrize(
    ("document", "target"), _links(), ids=lambda value: getattr(value, "name", value)
)
def test_every_link_leads_somewhere(document: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    found = (document.parent / path) if path else document
    assert found.exists()
    assert not anchor or anchor in _anchors(found)


def test_decisions_are_numbered_without_gaps_and_of_one_form() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        parts = [part for part in PARTS if f"**{part}.**" in text]
        assert parts == list(PARTS), path.name
        assert len(text.splitlines()) <= 60, path.name


PARTS = ("Context", "Decision", "Consequences", "Alternatives")


def test_the_user_guide_tells_the_same_in_both_languages() -> None:
    chinese, english = (
        (ROOT / "docs" / "user-guide" / name).read_text(encoding="utf-8")
        for name in ("zh.md", "en.md")
    )
    key = re.compile(r"\b(?:Shift\+|Ctrl\+)?(?:F\d{1,2}|(?<=\+)[A-Z])\b", re.A)
    assert key.findall(chinese)
    assert set(key.findall(chinese)) == set(key.findall(english))
    assert chinese.count("\n## ") == english.count("\n## ")


def test_the_guide_names_only_keys_that_exist() -> None:
    english = (ROOT / "docs" / "user-guide" / "en.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:Shift\+F\d+|Ctrl\+[A-Z]|(?<!\+)F\d{1,2})\b", english))
    assert named <= set(DEFAULT_KEYS.values())


def test_every_test_that_a_promise_names_exists() -> None:
    text = (ROOT / "docs" / "replication.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text))
    assert len(named) > 40
    for file, name in named:
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), (file, name)
    # Every invariant has its row, and every row its test.
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", text, re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 14))
    assert all("::" in tests for _, tests in rows)
