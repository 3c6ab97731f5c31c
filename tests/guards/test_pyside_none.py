"""PySide6 6.12.0 on CPython <= 3.11 loses a reference to None per void call and aborts."""

import sys

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QLabel


def test_pyside_does_not_eat_none(qapp: QApplication) -> None:
    label = QLabel()
    before = sys.getrefcount(None)
    for _ in range(500):
        label.setText("x")
        QCoreApplication.processEvents()
    assert abs(sys.getrefcount(None) - before) < 50
