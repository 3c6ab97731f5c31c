"""What may be wrong with how a window looks, measured widget by widget; each returns complaints."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from lobby_app.ui.theme import TARGET

_SLACK = 1
"""Pixels that rounding may take."""


def settle_layout() -> None:
    """Layouts ask for room in turns: let them come to rest."""
    for _ in range(6):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def shown(root: QWidget) -> Iterator[QWidget]:
    """Yield what is not hidden inside `root`; what is scrolled away counts as well."""
    for widget in root.findChildren(QWidget):
        if widget.isVisibleTo(root):
            yield widget


def cut_texts(root: QWidget) -> list[str]:
    """Return texts that do not fit into their widget."""
    return [
        f"{type(widget).__name__} {_text(widget)!r} {widget.size().toTuple()}"
        for widget in shown(root)
        if _text(widget) and not _fits(widget)
    ]


def _text(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QPushButton):
        return widget.text()
    if isinstance(widget, QLineEdit):
        return widget.placeholderText()
    return ""


def _fits(widget: QWidget) -> bool:
    if isinstance(widget, QLabel):
        # A label's own idea of the room it needs holds its padding and its borders.
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            return needed <= widget.height() + _SLACK and _longest_word(widget) <= widget.width()
        size = widget.sizeHint()
        return size.width() <= widget.width() + _SLACK and size.height() <= widget.height() + _SLACK
    if isinstance(widget, QPushButton):
        return _needed_width(widget) <= widget.width() + _SLACK
    inner = widget.width() - 30
    return QFontMetrics(widget.font()).horizontalAdvance(_text(widget)) <= inner


def _longest_word(label: QLabel) -> int:
    metrics = QFontMetrics(label.font())
    latin = [word for word in label.text().split() if word.isascii()]
    return max((metrics.horizontalAdvance(word) for word in latin), default=0)


def _needed_width(button: QPushButton) -> int:
    option = QStyleOptionButton()
    button.initStyleOption(option)
    room = button.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button)
    taken = button.width() - room.width()
    picture = 0 if button.icon().isNull() else button.iconSize().width() + 4
    return taken + picture + QFontMetrics(button.font()).horizontalAdvance(button.text())


def overlaps(root: QWidget) -> list[str]:
    """Return pairs of shown siblings with something to see that lie on each other."""
    found = []
    parents = {widget.parentWidget() for widget in shown(root)}
    for parent in parents:
        children = [
            child
            for child in parent.findChildren(QWidget, options=_DIRECT)
            if child.isVisibleTo(root) and isinstance(child, QLabel | QPushButton | QLineEdit)
        ]
        for place, one in enumerate(children):
            for other in children[place + 1 :]:
                common = one.geometry().intersected(other.geometry())
                if common.width() > _SLACK and common.height() > _SLACK:
                    found.append(f"{_said(one)} / {_said(other)} {common.getRect()}")
    return found


_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


def _said(widget: QWidget) -> str:
    return f"{type(widget).__name__} {_text(widget)!r}"


def outside(root: QWidget) -> list[str]:
    """Return what reaches beyond its window or the area it scrolls in: nobody could see it."""
    found = [
        f"{area.widget().width()} wide in an area of {area.viewport().width()}"
        for area in shown(root)
        if isinstance(area, QScrollArea)
        and area.viewport().width() + _SLACK < area.widget().width()
    ]
    for widget in shown(root):
        if not isinstance(widget, QLabel | QPushButton | QLineEdit) or not _text(widget):
            continue
        area = _scrolled_in(widget)
        home = area.widget() if area is not None else root
        place = QRect(widget.mapTo(home, QPoint(0, 0)), widget.size())
        if not home.rect().adjusted(-_SLACK, -_SLACK, _SLACK, _SLACK).contains(place):
            found.append(f"{_said(widget)} {place.getRect()} in {home.size().toTuple()}")
    return found


def _scrolled_in(widget: QWidget) -> QScrollArea | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent


def small_targets(root: QWidget) -> list[str]:
    """Return what is to be touched but smaller than a finger (domain 5.2)."""
    return [
        f"{_said(widget)} {widget.size().toTuple()}"
        for widget in shown(root)
        if isinstance(widget, QAbstractButton | QLineEdit)
        and min(widget.width(), widget.height()) < TARGET
    ]


def nameless(root: QWidget) -> list[str]:
    """Return what takes the focus but has nothing to be read out."""
    found = []
    for widget in shown(root):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.property('role')}")
    return found


def boxes(root: QWidget) -> list[str]:
    """Return texts with a character for which no font has a picture."""
    found = []
    for widget in shown(root):
        metrics = QFontMetrics(widget.font())
        missing = {
            character
            for character in _text(widget)
            if not character.isspace() and not metrics.inFontUcs4(ord(character))
        }
        if missing:
            found.append(f"{_said(widget)}: {sorted(missing)}")
    return found


def chinese(root: QWidget) -> set[str]:
    """Return what is shown or read out in Chinese."""
    said = set()
    for widget in shown(root):
        for text in (_text(widget), widget.accessibleName(), widget.toolTip()):
            if any("\u4e00" <= character <= "\u9fff" for character in text):
                said.add(text)
    return said
