"""Where things are on a wall of any size: drawn for 1920x1080, stretched where there is room."""

from dataclasses import dataclass

from PySide6.QtCore import QRect

DESIGN_WIDTH, DESIGN_HEIGHT = 1920, 1080


@dataclass(frozen=True, slots=True)
class Canvas:
    """Turns design pixels into those of the screen.

    Attributes:
        scale: screen relative to the design. width, height: of the wall in design pixels, at
            least those of the design. shift: pixels of the screen, against burn-in.
    """

    scale: float
    width: float
    height: float
    shift: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, width: int, height: int, shift: tuple[int, int] = (0, 0)) -> "Canvas":
        """Return the canvas of a window."""
        scale = max(min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT), 0.1)
        return cls(scale, width / scale, height / scale, shift)

    def area(self, x: float, y: float, width: float, height: float) -> QRect:
        """Return an area of the window, shifted."""
        area = self.inner(x, y, width, height)
        return area.translated(*self.shift)

    def inner(self, x: float, y: float, width: float, height: float) -> QRect:
        """Return an area inside a part that is shifted as a whole."""
        left, top = round(x * self.scale), round(y * self.scale)
        right, bottom = round((x + width) * self.scale), round((y + height) * self.scale)
        return QRect(left, top, right - left, bottom - top)
