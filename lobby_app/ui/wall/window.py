"""The wall as a window: time, lights, tips, night and voice over one view. No sign-on, no mouse."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic as monotonic_time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.domain.errors import KnownError
from lobby_app.domain.hours import DayHours
from lobby_app.domain.ports import Voice
from lobby_app.messages import bilingual
from lobby_app.services.views import BoardView
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.wall.highlight import Highlights
from lobby_app.ui.wall.port import BoardPort
from lobby_app.ui.wall.rotation import Rotation
from lobby_app.ui.wall.speaking import Loudness, Speaker
from lobby_app.ui.wall.view import WallView
from lobby_app.ui.wall.watching import BoardWatch

TICK_MS = 100
"""How often the wall looks at store and clock; a look costs a fraction of a millisecond."""
MESSAGE_S = 12.0
PAGE_S = 8.0
"""How long a page of zones stays, where there are more than can be read at once."""
RETRY_S = 10.0
SHIFT_S = 180.0
SHIFTS = ((0, 0), (3, 0), (3, 3), (0, 3), (-3, 3), (-3, 0), (-3, -3), (0, -3), (3, -3))
"""Pixels, one after the other, so that no edge stands on the same pixel all day."""
FLASHES = 3
APART = timedelta(seconds=5)
"""A wall that has not heard of the other desks for so long says that it may be late."""
_TIPS = ("code", "safe_account", "stranger", "missed", "help")
_log = logging.getLogger(__name__)


class WallWindow(QWidget):
    """Shows the board and calls aloud. GUI thread.

    Signals:
        retried(): the desk could not be opened and should be tried again.
    """

    retried = Signal()

    def __init__(
        self,
        database: TaskRunner,
        voice_worker: TaskRunner,
        voice: Voice,
        loudness: Loudness,
        *,
        night: DayHours | None,
        tip_s: float,
        monotonic: Callable[[], float] = monotonic_time,
    ) -> None:
        super().__init__()
        self._monotonic, self._night, self._tip_s = monotonic, night, tip_s
        self.setWindowTitle("Lobby")
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.view = WallView(self)
        self.watch = BoardWatch(self, database, monotonic)
        self.watch.read.connect(self.show_board)
        self.speaker = Speaker(self, voice_worker, voice, loudness, self._now)
        self.speaker.unheard.connect(self._flash)
        self._port: BoardPort | None = None
        self._board: BoardView | None = None
        self._lights = Highlights()
        self._tips, self._sentences = Rotation(tip_s), Rotation(MESSAGE_S)
        self._pages = Rotation(PAGE_S)
        self.are_tips_paused = False
        self._flash_from: float | None = None
        self._retry_at: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._set_keys()
        self.show_opening()

    def _set_keys(self) -> None:
        # Esc does nothing: a passer-by's hand must not close the wall.
        for key, action in (("Ctrl+Q", self.close), ("Space", self.pause_tips)):
            QShortcut(QKeySequence(key), self).activated.connect(action)

    def show_opening(self) -> None:
        """Say that the desk is being opened; rows that were there before stay."""
        self._retry_at = None
        if self._board is None:
            self.view.show_welcome(bilingual("wall.opening"))
        self._timer.start()
        self.tick()

    def opening_failed(self, error: BaseException) -> None:
        """Say why there is no desk, and try again after a while: nobody stands here to do it."""
        if isinstance(error, KnownError):
            _log.warning("the wall cannot open the desk: %s", error.key)
            self.view.show_welcome(bilingual(error.key, **error.params))
        else:
            _log.error("the wall cannot open the desk", exc_info=error)
        self._retry_at = self._monotonic() + RETRY_S

    def attach(self, port: BoardPort) -> None:
        """Show a desk from now on."""
        self._port = port
        self.watch.attach(port)
        self.watch.look()

    def show_board(self, board: BoardView) -> None:
        """Show a fresh board; new calls are lit and said."""
        if self._board is not None and board.messages != self._board.messages:
            self._sentences = Rotation(MESSAGE_S)  # the newest message is shown at once
        self._board = board
        new = self._lights.update(board, self._monotonic())
        self.view.show_board(board)
        self.view.show_welcome(None if board.calls else bilingual("wall.welcome"))
        self.tick()
        self.speaker.call(new, board.calls)

    def pause_tips(self) -> None:
        """Let tips and messages stand still, or go on."""
        self.are_tips_paused = not self.are_tips_paused

    def tick(self) -> None:
        """Bring everything that depends on time up to date; paints only what changed."""
        now, view = self._monotonic(), self.view
        lit = self._lights.lit(now)
        moment = self._now()
        view.show_lit(lit)
        view.clock.set_text(f"{moment:%H:%M}")
        view.stale.setVisible(self._is_late(moment))
        view.set_shift(SHIFTS[int(now / SHIFT_S) % len(SHIFTS)])
        is_night = self._night is not None and moment.time() in self._night
        view.veil.set_dim(is_night and not lit)
        view.veil.set_framed(self._is_frame_on(now))
        is_held = bool(lit) or self.are_tips_paused
        view.show_page(self._pages.place(view.pages, now, is_held=is_held))
        self._show_words(now, is_held=is_held)
        if self._retry_at is not None and now >= self._retry_at:
            self._retry_at = None
            self.retried.emit()
        self.watch.look()

    def _is_late(self, moment: datetime) -> bool:
        """Tell whether calls may be missing: the store does not answer, or other desks are away."""
        as_of = self._board.data_as_of if self._board is not None else None
        is_apart = as_of is not None and moment - as_of > APART
        return is_apart or (self._port is not None and self.watch.is_stale)

    def _show_words(self, now: float, *, is_held: bool) -> None:
        if self._tip_s:
            tip = _TIPS[self._tips.place(len(_TIPS), now, is_held=is_held)]
            self.view.tip.show_tip(bilingual(f"wall.tip_{tip}"))
        if self._board is None:
            return
        # Messages come first; the rule keeps its turn. Neither waits for calls to pause.
        sentences = (*self._board.messages, self._board.posted_rule)
        place = self._sentences.place(len(sentences), now, is_held=self.are_tips_paused)
        self.view.words.show_sentence(
            sentences[place], is_message=place < len(self._board.messages)
        )

    def _now(self) -> datetime:
        return self._port.now() if self._port is not None else datetime.now().astimezone()

    def _flash(self) -> None:
        self._flash_from = self._monotonic()

    def _is_frame_on(self, now: float) -> bool:
        """Tell whether the frame is on: half a second of each of three seconds."""
        if self._flash_from is None or now - self._flash_from >= FLASHES:
            self._flash_from = None
            return False
        return (now - self._flash_from) % 1.0 < 0.5

    def noted(self, error: BaseException) -> None:
        """Log a bug of ours; the hall need not read it."""
        _log.error("error on the wall", exc_info=error)

    def stop(self) -> None:
        """Stop looking."""
        self._timer.stop()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The view fills the window."""
        self.view.setGeometry(self.rect())
