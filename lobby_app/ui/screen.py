"""What the screens of the large windows share: theme, type size, language, and when they change."""

from math import inf

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from lobby_app.messages import Messages
from lobby_app.ui.theme import ThemeName, theme_named

SCALES = (1.0, 1.2, 1.4)
"""Type sizes that follow the size of the window."""
ZOOMS = (1.0, 1.25, 1.5, 2.0)
"""Type sizes that Ctrl+= goes through."""
_BASE = (1366, 768)


class WindowScreen(QObject):
    """Dresses one window; a window says how its parts are arranged and what they show.

    `largest`: type is enlarged no further, whatever theme, window and user ask for.
    """

    def __init__(
        self, window: QWidget, messages: Messages, theme: str, largest: float = inf
    ) -> None:
        super().__init__(window)
        self._window = window
        self._messages = messages
        self._theme_name = ThemeName(theme)
        self._zoom = 0
        self._scale: float | None = None
        self._largest = largest
        self.theme = theme_named(self._theme_name)

    def render(self) -> None:
        """Show the state."""
        raise NotImplementedError

    def arrange(self) -> None:
        """Put the parts where they belong at this theme and size."""
        raise NotImplementedError

    def dress(self) -> None:
        """Put on theme and type size; type grows with the window as well."""
        self._scale = scale = _scale_for(self.share)
        largest = self._largest / theme_named(self._theme_name).factor
        zoom = min(ZOOMS[self._zoom] * scale, largest)
        self.theme = theme_named(self._theme_name, zoom)
        self._window.setStyleSheet(self.theme.style_sheet())
        self.arrange()
        self.render()

    def fit(self) -> None:
        """The window changed its size, or has one for the first time: it is dressed only then.

        Dressed before, by the size it happens to have, it would be dressed twice on a large screen.
        """
        if _scale_for(self.share) != self._scale:
            self.dress()
            return
        self.arrange()
        self.render()

    @property
    def share(self) -> float:
        """How large the window is, measured by 1366 × 768."""
        return min(self._window.width() / _BASE[0], self._window.height() / _BASE[1])

    def zoom(self, steps: int) -> None:
        """Make all type larger or smaller."""
        self._zoom = max(0, min(self._zoom + steps, len(ZOOMS) - 1))
        self.dress()

    def choose_theme(self, name: ThemeName) -> None:
        """Take a theme."""
        self._theme_name = name
        self.dress()

    def next_theme(self) -> None:
        """Take the next theme."""
        self.choose_theme(self._theme_name.next())

    def switch_language(self) -> None:
        """Speak the other language from now on."""
        self._messages.switch()
        self.render()


def _scale_for(share: float) -> float:
    return max((scale for scale in SCALES if scale <= share), default=SCALES[0])
