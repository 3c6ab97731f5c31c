"""Rules of the repository that a reviewer would otherwise have to remember."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE_ROOT = ROOT / "lobby_app"
SOURCES = sorted((ROOT / "lobby_app").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LANGUAGES = ("zh_CN", "en")


def _committed() -> list[Path]:
    """Return what is or could be committed; works in a tree without git as well."""
    listed = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = {line.strip("/") for line in listed}
    return [
        path
        for top in ROOT.iterdir()
        if top.name not in ignored | {".git"}
        for path in (top.rglob("*") if top.is_dir() else [top])
        if path.is_file() and ignored.isdisjoint(path.relative_to(ROOT).parts)
    ]


def _catalogue(language: str) -> dict[str, str]:
    return {
        f"{path.stem}.{key}": sentence
        for path in (ROOT / "resources" / "i18n" / language).glob("*.toml")
        for key, sentence in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


def test_every_sentence_exists_in_both_languages() -> None:
    chinese, english = (_catalogue(language) for language in LANGUAGES)
    assert chinese.keys() == english.keys()


def test_placeholders_agree_in_both_languages() -> None:
    chinese, english = (_catalogue(language) for language in LANGUAGES)
    field = re.compile(r"{(\w+)[^}]*}")
    wrong = [
        key
        for key in chinese
        if set(field.findall(chinese[key])) != set(field.findall(english[key]))
    ]
    assert wrong == []


def _literal_keys(path: Path) -> set[str]:
    keys = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            value = node.args[0].value
            if not isinstance(value, str):
                continue
            if name in ("messages", "_messages", "KnownError", "bilingual"):
                keys.add(value)
            elif name in ("wording", "words", "tell"):
                own = f"{path.relative_to(SOURCE_ROOT / 'ui').parts[0]}.{value}"
                keys.add(own if own in _catalogue("en") else f"window.{value}")
    return keys


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_sentence_used_exists(path: Path) -> None:
    assert _literal_keys(path) - _catalogue("en").keys() == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_text_for_people_lives_in_resources(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    chinese = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and re.search(r"[\u4e00-\u9fff]", node.value)
    ]
    assert chinese == []


FORBIDDEN_IN_TESTS = [
    r"\btime\." + r"sleep\(",
    r"qtbot\." + r"wait\(",
    r"mark\." + r"xfail",
]


@pytest.mark.parametrize("path", TESTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_tests_do_not_sleep_or_expect_failure(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [pattern for pattern in FORBIDDEN_IN_TESTS if re.search(pattern, text)] == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    pattern = re.compile(
        r"/(?:w[o]rk|r[o]ot|f[a]rm)/|pythonh[o]sted|registry\.npmj[s]|deb\.debi[a]n|://p[y]pi"
    )
    named = [
        str(path.relative_to(ROOT))
        for path in _committed()
        if path.suffix not in (".png", ".gz", ".db")
        and pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert named == []


def test_lock_pins_every_requirement_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[<>=!;\[ ]", line)[0].lower().replace("_", "-") for line in wanted}
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    blocks = re.findall(r"^([A-Za-z0-9_.-]+)==[^\n]*\\\n((?:    --hash=[^\n]+\n)+)", lock, re.M)
    pinned = {name.lower().replace("_", "-") for name, _ in blocks}
    assert names <= pinned
