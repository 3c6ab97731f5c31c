"""Pictures of the wall: every state at 1080p, the main ones at the other sizes."""

from pathlib import Path

from tests.screens.wall_states import WALL_SIZES, WALL_STATES, wall_page_in

_EVERYWHERE = ("call", "busy", "stale")


def render(folder: Path, wanted: set[str]) -> int:
    """Write the pictures and return how many. Both languages are in each of them."""
    count = 0
    for name in WALL_STATES:
        if wanted and name not in wanted:
            continue
        for size in WALL_SIZES if name in _EVERYWHERE else WALL_SIZES[:1]:
            page = wall_page_in(name, size)
            page.window.grab().save(str(folder / f"wall-{name}-{size[0]}x{size[1]}.png"))
            page.close()
            count += 1
    return count
