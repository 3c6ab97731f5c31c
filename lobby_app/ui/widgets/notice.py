"""One line that tells what just happened or what to do.

It has a place of its own, so that nothing moves when it comes.
"""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import Picture, card, label, set_property, set_text

_ICONS = {"info": "info", "ok": "check", "amber": "alert", "red": "stop"}


class Notice(QWidget):
    """An empty place that can show a notice.

    Signals:
        expired(): a notice that goes by itself has gone.
    """

    expired = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frame = card(self, "notice")
        self.picture = Picture(self.frame)
        self.text = label(self.frame, "notice_text", wraps=True)
        inner = QHBoxLayout(self.frame)
        inner.setContentsMargins(12, 4, 12, 4)
        inner.setSpacing(10)
        inner.addWidget(self.picture)
        inner.addWidget(self.text, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.frame)
        policy = self.frame.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.frame.setSizePolicy(policy)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.expired)
        self.frame.hide()

    def show_notice(self, text: str, level: str, theme: Theme) -> None:
        """Show `text`; level is info, ok, amber or red. An empty text shows nothing."""
        self.frame.setVisible(bool(text))
        if not text:
            return
        colours = {
            "info": theme.palette.accent,
            "ok": theme.palette.ok,
            "amber": theme.palette.amber,
            "red": theme.palette.red,
        }
        self.picture.show_icon(_ICONS[level], colours[level], round(20 * theme.factor))
        set_property(self.frame, "level", level)
        set_text(self.text, text)

    def expire_after(self, seconds: float) -> None:
        """Let the notice go by itself; 0 keeps it."""
        self._timer.stop()
        if seconds > 0:
            self._timer.start(round(seconds * 1000))
