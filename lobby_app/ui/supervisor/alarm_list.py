"""The alarms at the foot of the hall: what is wrong, since when, and one thing to do about it."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from lobby_app.domain.alarms import Alarm, Sign
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.compact_button import CompactButton
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import Picture, card, label, set_property, set_text

MAX_KEYS = 9
_HIGH = 950
_ICONS = {"red": "stop", "amber": "alert"}
Namer = Callable[[Sign], str]


class AlarmRow(QWidget):
    """One alarm."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frame = card(self, "notice")
        self.picture = Picture(self.frame)
        self.text = label(self.frame, "body", wraps=True)
        self.state = label(self.frame, "quiet")
        self.act = CompactButton(self.frame)
        line = QHBoxLayout(self.frame)
        line.setContentsMargins(12, 3, 6, 3)
        line.setSpacing(10)
        line.addWidget(self.picture)
        line.addWidget(self.text, 1)
        line.addWidget(self.state)
        line.addWidget(self.act)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.frame)


class AlarmList(QScrollArea):
    """Rows are made once and then only changed.

    Signals:
        acted(str): the suggested action of this cause is wanted.
    """

    acted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[AlarmRow] = []
        self.causes: tuple[str, ...] = ()
        self.content = QWidget(self)
        self.calm = label(self.content, "body_quiet")
        self._lines = QVBoxLayout(self.content)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(6)
        self._lines.addWidget(self.calm)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self.content)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_alarms(
        self,
        alarms: Sequence[Alarm],
        sentence: Namer,
        wording: Wording,
        theme: Theme,
        zone: tzinfo | None,
    ) -> None:
        """Show the alarms, the most urgent first."""
        self.causes = tuple(alarm.sign.cause for alarm in alarms)
        set_text(self.calm, wording("alarms_none"))
        self.calm.setVisible(not alarms)
        while len(self.rows) < len(alarms):
            self._add_row()
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(alarms))
            if place < len(alarms):
                self._show(row, place, alarms[place], sentence, wording, theme, zone)
        self._take_room(len(alarms))

    def _take_room(self, count: int) -> None:
        """Some alarms are seen whole, more in a high window; the others scroll."""
        seen = 3 if self.window().height() >= _HIGH else 2
        if not count:
            height = self.calm.sizeHint().height() + 8
        else:
            heights = [row.sizeHint().height() for row in self.rows[: min(count, seen)]]
            height = sum(heights) + 6 * (len(heights) - 1) + (18 if count > seen else 2)
        if self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _show(
        self,
        row: AlarmRow,
        place: int,
        alarm: Alarm,
        sentence: Namer,
        wording: Wording,
        theme: Theme,
        zone: tzinfo | None,
    ) -> None:
        level = alarm.level.value
        since = datetime.fromtimestamp(alarm.since * 60, zone)
        set_text(row.text, sentence(alarm.sign))
        state = wording("alarm_since", at=wording.clock(since))
        if alarm.answered:
            state = wording("alarm_answered", who=alarm.answered)
        set_text(row.state, state)
        row.picture.show_icon(
            "check" if alarm.answered else _ICONS[level],
            theme.palette.quiet if alarm.answered else getattr(theme.palette, level),
            round(20 * theme.factor),
        )
        set_property(row.frame, "level", "" if alarm.answered else level)
        sign = alarm.sign
        action = wording(f"action_{sign.action.value}", counter=sign.counter or "")
        if place < MAX_KEYS:
            action = wording("key_first", label=action, key=place + 1)
        set_text(row.act, action)
        row.act.setVisible(not alarm.answered)
        row.act.setAccessibleName(f"{action} {row.text.text()}")

    def _add_row(self) -> None:
        place = len(self.rows)
        row = AlarmRow(self.content)
        row.act.clicked.connect(lambda: self.acted.emit(self.causes[place]))
        self.rows.append(row)
        self._lines.addWidget(row)
