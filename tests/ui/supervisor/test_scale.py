"""A scale by keys and by touch: one stop for Tab, one choice or none."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lobby_app.ui.supervisor.scale import Scale

Key = Qt.Key


@pytest.fixture
def host(qapp: object) -> Iterator[QWidget]:
    made = QWidget()
    QVBoxLayout(made)
    yield made
    made.close()


def _scale(host: QWidget, *codes: str) -> Scale:
    made = Scale(host, codes)
    layout = host.layout()
    assert layout is not None
    layout.addWidget(made)
    made.show_words("How likely", codes)
    host.show()
    made.setFocus()
    return made


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ((Key.Key_1, Key.Key_0), "10"), ((Key.Key_1, Key.Key_0, Key.Key_0), "0"),
        ((Key.Key_9, Key.Key_8), "8"), ((Key.Key_Right,), "0"), ((Key.Key_5, Key.Key_Left), "4"),
        ((Key.Key_0, Key.Key_Up), "0"), ((Key.Key_9, Key.Key_Down, Key.Key_Down), "10"),
        ((Key.Key_7, Key.Key_Space), ""), ((Key.Key_X,), ""),
    ],
)  # fmt: skip
def test_digits_and_arrows_choose(host: QWidget, keys: tuple[Qt.Key, ...], value: str) -> None:
    scale = _scale(host, *(str(number) for number in range(11)))
    for key in keys:
        QTest.keyClick(host.focusWidget(), key)
    assert scale.value == value
    assert [code for code, step in scale.steps.items() if step.isChecked()] == [value] * bool(value)
    stops = [s for s in scale.steps.values() if s.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == [scale.steps[value or "0"]]
    assert host.focusWidget() is stops[0]


def test_words_are_typed_by_their_place(host: QWidget) -> None:
    scale = _scale(host, "waiting", "staff", "other")
    entered: list[int] = []
    scale.entered.connect(lambda: entered.append(1))
    for key, value in ((Key.Key_3, "other"), (Key.Key_4, "other"), (Key.Key_2, "staff")):
        QTest.keyClick(host.focusWidget(), key)
        assert scale.value == value
    QTest.keyClick(host.focusWidget(), Key.Key_Return)
    assert entered == [1]
    assert scale.steps["staff"].accessibleName() == "How likely: staff"


def test_a_touch_chooses_and_takes_back(host: QWidget) -> None:
    scale = _scale(host, "1", "2", "3")
    for press, value in (("2", "2"), ("3", "3"), ("3", "")):
        scale.steps[press].click()
        assert scale.value == value
