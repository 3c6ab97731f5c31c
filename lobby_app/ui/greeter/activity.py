"""Is somebody at the desk? Every key and touch of the program tells."""

from PySide6.QtCore import QEvent, QObject, Signal
from typing_extensions import override

_TOUCHES = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})


class ActivityWatch(QObject):
    """An application-wide event filter that looks and lets everything pass.

    Signals:
        touched(): a key, a click or a touch.
    """

    touched = Signal()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice, never take."""
        if event.type() in _TOUCHES:
            self.touched.emit()
        return False
