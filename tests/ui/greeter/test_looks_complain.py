"""The measures of `looks` see what they are there for: each finds one planted fault."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.greeter import looks


@pytest.fixture
def root(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    widget.resize(400, 300)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def _placed(widget: QWidget, *place: int) -> QWidget:
    widget.setGeometry(*place)
    widget.show()
    return widget


@pytest.mark.parametrize("kind", [QLabel, QPushButton])
def test_cut_text_is_found(root: QWidget, kind: type[QLabel] | type[QPushButton]) -> None:
    text = "a text that needs some room"
    _placed(kind(text, root), 0, 0, 300, 60)
    assert looks.cut_texts(root) == []
    _placed(kind(text, root), 0, 100, 60, 60)
    assert len(looks.cut_texts(root)) == 1


def test_wrapped_text_that_is_too_low_is_found(root: QWidget) -> None:
    label = QLabel("several words that take more than one line", root)
    label.setWordWrap(True)
    _placed(label, 0, 0, 80, QFontMetrics(label.font()).height() + 2)
    assert len(looks.cut_texts(root)) == 1


def test_overlap_is_found(root: QWidget) -> None:
    _placed(QPushButton("one", root), 0, 0, 80, 60)
    _placed(QPushButton("two", root), 81, 0, 80, 60)
    assert looks.overlaps(root) == []
    _placed(QPushButton("three", root), 100, 30, 80, 60)
    assert len(looks.overlaps(root)) == 1


def test_what_reaches_out_of_window_or_area_is_found(root: QWidget) -> None:
    _placed(QPushButton("gone", root), 380, 0, 80, 60)
    assert len(looks.outside(root)) == 1
    area = QScrollArea(root)
    area.setWidget(_placed(QWidget(), 0, 0, 500, 50))
    _placed(area, 0, 100, 200, 100)
    assert len(looks.outside(root)) == 2


def test_small_target_is_found(root: QWidget) -> None:
    _placed(QPushButton("x", root), 0, 0, 56, 56)
    _placed(QLineEdit(root), 0, 100, 100, 30)
    assert looks.small_targets(root) == ["QLineEdit '' (100, 30)"]


def test_nameless_field_is_found(root: QWidget) -> None:
    field = _placed(QLineEdit(root), 0, 0, 100, 60)
    assert looks.nameless(root) == ["QLineEdit None"]
    field.setAccessibleName("amount")
    assert looks.nameless(root) == []


def test_missing_glyph_and_chinese_are_found(root: QWidget) -> None:
    label = _placed(QLabel("\U000e0042 取现", root), 0, 0, 100, 60)
    assert len(looks.boxes(root)) == 1
    assert looks.chinese(root) == {label.text()}


def test_hidden_widgets_are_nobodys_business(root: QWidget) -> None:
    hidden = _placed(QLineEdit(root), 0, 0, 10, 10)
    hidden.hide()
    assert looks.nameless(root) == looks.small_targets(root) == []
    assert hidden.focusPolicy() != Qt.FocusPolicy.NoFocus
