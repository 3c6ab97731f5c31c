"""Every state of the wall, at the sizes it hangs at."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from lobby_app.domain.ports import VoiceOutcome
from lobby_app.domain.slip import WaitRange
from lobby_app.domain.text import Text
from lobby_app.services.views import BoardView, BoardZone
from tests.helpers.wall_app import MORNING, RecordingVoice, WallPage, a_board, a_call

WALL_SIZES = ((1920, 1080), (1366, 768), (3840, 2160))

_CALLS = (
    a_call("A1042", 3),
    a_call("B1017", 5),
    a_call("C1004", 8, is_priority=True),
    a_call("A1041", 2),
    a_call("B1016", 6),
    a_call("A1040", 3),
)
_NEW = (a_call("A1043", 12, MORNING, times=2), *_CALLS[:5])
_BUSY = (
    BoardZone("A", Text("现金", "Cash"), 38, WaitRange(35, 65), 3),
    BoardZone("B", Text("综合", "Service"), 106, WaitRange(110, 200), 2),
    BoardZone("C", Text("对公", "Corporate"), 2, WaitRange(5, 8), 1),
    BoardZone("D", Text("理财贷款", "Advice"), 0, WaitRange(0, 0), 3),
    BoardZone("E", Text("专属预约", "Appointments"), 1, WaitRange(3, 3), 1),
)
_MANY = tuple(
    BoardZone(letter, Text("综合业务", "Service"), 12, WaitRange(20, 30), 2)
    for letter in "ABCDEFGHJK"
)
_MESSAGE = Text(
    "现金区设备维修，请先到综合柜台办理", "Cash counters pause: please use the service counters."
)


def _boards(*boards: BoardView) -> Callable[[WallPage], None]:
    def reach(page: WallPage) -> None:
        for board in boards:
            page.window.show_board(board)

    return reach


def _stale(page: WallPage) -> None:
    _boards(a_board(*_CALLS))(page)
    page.window.stop()
    page.view.stale.show()


def _night(page: WallPage) -> None:
    _boards(a_board(*_CALLS))(page)
    page.window.stop()
    page.view.veil.set_dim(is_dim=True)


def _unheard(page: WallPage) -> None:
    page.voice.outcome = VoiceOutcome.NO_DEVICE
    _boards(a_board(*_CALLS), a_board(*_NEW))(page)
    page.settle()
    page.window.tick()
    page.window.stop()


WALL_STATES: dict[str, Callable[[WallPage], None]] = {
    "opening": lambda page: None,
    "welcome": _boards(a_board()),
    "calm": _boards(a_board(*_CALLS)),
    "call": _boards(a_board(*_CALLS), a_board(*_NEW)),
    "busy": _boards(a_board(*_CALLS, zones=_BUSY), a_board(*_NEW, zones=_BUSY, paused=("C",))),
    "message": _boards(a_board(*_CALLS, messages=(_MESSAGE,))),
    "many-zones": _boards(a_board(*_CALLS, zones=_MANY)),
    "two-desks": _boards(a_board(a_call("A12041", 12), a_call("B23117", 7), *_CALLS[:4])),
    "stale": _stale,
    "night": _night,
    "unheard": _unheard,
}


def wall_page_in(state: str, size: tuple[int, int]) -> WallPage:
    """Return a wall in a state, its time standing still; the caller closes it."""
    page = WallPage(None, voice=RecordingVoice(), at=MORNING)
    page.open(*size)
    WALL_STATES[state](page)
    for _ in range(8):
        QApplication.processEvents()
    page.window.stop()
    page.view.clock.set_text(f"{MORNING:%H:%M}")
    return page
