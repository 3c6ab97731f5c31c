"""Rows come, go, move and change one by one; nothing is rebuilt."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester

from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.row_model import Column, RowModel, Setting
from lobby_app.ui.theme import ThemeName, theme_named


@dataclass(frozen=True)
class _Row:
    key: int
    text: str


def _setting(language: Language = Language.EN) -> Setting:
    words = Wording(Messages(language), "supervisor")
    return Setting(words, theme_named(ThemeName.LIGHT), datetime.now().astimezone())


def _model() -> RowModel[_Row]:
    columns: list[Column[_Row]] = [
        Column("column_number", lambda row, _: row.text),
        Column("column_time", lambda row, s: f"{s.now:%S}", runs=True),
    ]
    return RowModel(columns, lambda row: row.key, None)


rows = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from("xy")), max_size=8, unique_by=lambda pair: pair[0]
).map(lambda pairs: [_Row(*pair) for pair in pairs])


@given(st.lists(rows, max_size=6))
@pytest.mark.usefixtures("qapp")
def test_any_list_follows_any_other_and_qt_agrees(steps: list[list[_Row]]) -> None:
    model = _model()
    # Fails the test when a row is moved, inserted or removed otherwise than was announced.
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    setting = _setting()
    for wanted in steps:
        model.show(wanted, setting)
        assert list(model.rows) == wanted
        assert model.rowCount() == len(wanted)
        assert [model.index(at, 0).data() for at in range(len(wanted))] == [r.text for r in wanted]
    tester.deleteLater()


def test_only_what_changed_is_said(qapp: object) -> None:
    model = _model()
    shown = [_Row(key, "x") for key in range(50)]
    model.show(shown, setting := _setting())
    said: list[tuple[str, int, int]] = []
    model.dataChanged.connect(lambda first, last: said.append(("data", first.row(), last.row())))
    model.rowsInserted.connect(lambda _, first, last: said.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: said.append(("out", first, last)))
    model.rowsMoved.connect(lambda *_: said.append(("move", 0, 0)))
    model.modelReset.connect(lambda: said.append(("reset", 0, 0)))
    model.show(shown, setting)
    assert said == []
    model.show([_Row(7, "y") if row.key == 7 else row for row in shown], setting)
    assert said == [("data", 7, 7)]
    said.clear()
    model.show([*shown[:7], *shown[8:], _Row(99, "new")], setting)
    assert said == [("out", 7, 7), ("in", 49, 49)]


def test_a_second_touches_running_cells_only(qapp: object) -> None:
    model = _model()
    model.show([_Row(1, "x"), _Row(2, "x")], _setting())
    said: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: said.append((first.column(), last.column())))
    model.tick(datetime.now().astimezone())
    assert said == [(1, 1)]


def test_another_language_renames_the_headings(qapp: object) -> None:
    model = _model()
    renamed: list[int] = []
    model.headerDataChanged.connect(lambda *_: renamed.append(1))
    model.show([], _setting())
    renamed.clear()
    model.show([], _setting())
    assert not renamed
    model.show([], _setting(Language.ZH))
    assert renamed
