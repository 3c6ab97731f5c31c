"""Page 1: figures of now, queues, who serves whom, who waits, the day by half-hours, alarms."""

from datetime import datetime

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lobby_app.domain.alarms import AlarmKind, Sign
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.kpi_levels import level_of
from lobby_app.domain.replication import Link
from lobby_app.services.supervision_views import CounterLine, HallView, WaitingLine
from lobby_app.services.views import QueueView
from lobby_app.ui.i18n import Wording
from lobby_app.ui.link import clock_words, problem_sentence, problem_words
from lobby_app.ui.supervisor.alarm_list import AlarmList
from lobby_app.ui.supervisor.bar_delegate import BarDelegate
from lobby_app.ui.supervisor.compact_button import CompactButton
from lobby_app.ui.supervisor.heat_strip import HeatStrip
from lobby_app.ui.supervisor.keys import ACTIONS, KEYS
from lobby_app.ui.supervisor.row_model import RowModel, Setting
from lobby_app.ui.supervisor.table import Table
from lobby_app.ui.supervisor.tables import COUNTERS, WAITING
from lobby_app.ui.supervisor.tile import Shown, Tile
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import card, label, set_text
from lobby_app.ui.widgets.flow import ButtonGrid

TILES = ("longest", "abandoned", "care", "machines", "sync", "open")
_ICONS = {"quiet": "dot", "ok": "check", "amber": "alert", "red": "stop"}
_NAMED_QUEUES = 6
_BAR_COLUMN = len(WAITING) - 1


class HallPage(QWidget):
    """All parts of the page in their places."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tiles = {name: Tile(self) for name in TILES}
        self.queue_tiles: dict[str, Tile] = {}
        self.counter_card, self.counter_title, counter_lines = _card(self)
        self.counters = Table(self.counter_card, stretched=5, shrunk=(5, 4))
        self.counter_model: RowModel[CounterLine] = RowModel(
            COUNTERS, lambda line: line.number, self
        )
        self.counters.setModel(self.counter_model)
        counter_lines.addWidget(self.counters, 1)
        self.waiting_card, self.waiting_title, waiting_lines = _card(self)
        self.waiting = Table(self.waiting_card, stretched=_BAR_COLUMN, shrunk=(3, 2))
        self.waiting_model: RowModel[WaitingLine] = RowModel(
            WAITING, lambda line: line.ticket_id, self
        )
        self.waiting.setModel(self.waiting_model)
        self.bars = BarDelegate(self.waiting)
        self.waiting.setItemDelegateForColumn(_BAR_COLUMN, self.bars)
        waiting_lines.addWidget(self.waiting, 1)
        self.heat_card, self.heat_title, heat_lines = _card(self)
        self.heat = HeatStrip(self.heat_card)
        heat_lines.addWidget(self.heat)
        self.alarms = AlarmList(self)
        self.action_row = ButtonGrid(self, len(ACTIONS))
        self.action_buttons = {command: CompactButton(self.action_row) for command in ACTIONS}
        for button in self.action_buttons.values():
            self.action_row.add(button)
        self._arrange()

    def _arrange(self) -> None:
        self.tile_grid = QGridLayout()
        self.tile_grid.setSpacing(8)
        for place, tile in enumerate(self.tiles.values()):
            self.tile_grid.addWidget(tile, 0, place)
        self.queue_grid = QGridLayout()
        self.queue_grid.setSpacing(8)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.counter_card, 1)
        left.addWidget(self.heat_card)
        middle = QHBoxLayout()
        middle.setSpacing(8)
        middle.addLayout(left, 56)
        middle.addWidget(self.waiting_card, 44)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(12, 4, 12, 6)
        lines.setSpacing(8)
        lines.addLayout(self.tile_grid)
        lines.addLayout(self.queue_grid)
        lines.addLayout(middle, 1)
        lines.addWidget(self.alarms)
        lines.addWidget(self.action_row)

    def arrange_for(self, theme: Theme, width: int) -> None:
        """Put as many tiles into a row as the type leaves room for."""
        least = round(170 * theme.factor)
        columns = max(2, min(len(TILES), width // least))
        for grid, tiles in (
            (self.tile_grid, list(self.tiles.values())),
            (self.queue_grid, list(self.queue_tiles.values())),
        ):
            for place, tile in enumerate(tiles):
                grid.addWidget(tile, place // columns, place % columns)
            for column in range(len(TILES)):
                grid.setColumnStretch(column, int(column < min(columns, max(1, len(tiles)))))


class HallPresenter:
    """Writes a HallView into the page; what did not change is not touched."""

    def __init__(self, page: HallPage) -> None:
        self._page = page

    def show(self, view: HallView, now: datetime, wording: Wording, theme: Theme) -> None:
        """Show the hall."""
        page, setting = self._page, Setting(wording, theme, now)
        self.show_words(wording)
        for name, values in self._tiles(view, wording).items():
            page.tiles[name].show_tile(values, theme, wording("dot"))
        page.tiles["sync"].explain(problem_sentence(view.link, wording))
        self._queues(view, wording, theme)
        set_text(page.counter_title, wording("counters_title"))
        page.counter_model.show(view.counters, setting)
        page.counters.fit(theme, wording.language)
        waiting = len(view.waiting)
        set_text(page.waiting_title, wording("waiting_title", count=waiting))
        page.bars.theme = theme
        page.waiting_model.show(view.waiting, setting)
        page.waiting.fit(theme, wording.language)
        page.heat.show_halves(view.halves, view.at, view.open_counters, wording, theme)
        set_text(page.heat_title, wording("heat_title"))
        names = {queue.queue: wording.text(queue.name) for queue in view.queues}
        names |= {device.device_id: wording.text(device.name) for device in view.devices}
        page.alarms.show_alarms(
            view.alarms, lambda sign: sentence(sign, names, wording), wording, theme, now.tzinfo
        )

    def show_words(self, wording: Wording) -> None:
        """Write what does not depend on the hall."""
        page = self._page
        for command, button in page.action_buttons.items():
            said = wording(f"command_{command.value}")
            set_text(button, wording("key_first", label=said, key=KEYS[command]))
        page.counters.setAccessibleName(wording("counters_title"))
        page.waiting.setAccessibleName(wording("waiting_name"))

    def tick(self, now: datetime) -> None:
        """Let the timers run."""
        self._page.counter_model.tick(now)
        self._page.waiting_model.tick(now)

    def _tiles(self, view: HallView, wording: Wording) -> dict[str, Shown]:
        return {
            "longest": _longest(view, wording),
            "abandoned": _abandoned(view, wording),
            "care": _care(view, wording),
            "machines": _machines(view, wording),
            "sync": _sync(view, wording),
            "open": _open(view, wording),
        }  # fmt: skip

    def _queues(self, view: HallView, wording: Wording, theme: Theme) -> None:
        page = self._page
        is_new = False
        for queue in view.queues:
            if queue.queue not in page.queue_tiles:
                page.queue_tiles[queue.queue] = Tile(page)
                is_new = True
            page.queue_tiles[queue.queue].show_tile(
                _queue(queue, view, wording), theme, wording("dot")
            )
        if is_new:
            page.arrange_for(theme, page.width())


def _longest(view: HallView, wording: Wording) -> Shown:
    heading = wording("tile_longest")
    if view.longest is None:
        return heading, wording("nobody"), (), "check", "ok"
    number, minutes, level = view.longest
    icon = "check" if level == "ok" else _ICONS[level]
    return heading, wording("minutes_one", minutes=int(minutes)), (number,), icon, level


def _abandoned(view: HallView, wording: Wording) -> Shown:
    share = view.abandoned
    level = level_of("abandonment", share.value) or "quiet"
    value = wording("nothing") if share.value is None else wording.percent(share.value)
    more = wording("part_of", part=share.part, whole=share.whole)
    return wording("tile_abandoned"), value, (more,), _ICONS[level], level


def _care(view: HallView, wording: Wording) -> Shown:
    count, longest = view.care
    level = "red" if longest > 10 else "amber" if longest > 5 else "ok"
    more = (wording("longest", minutes=int(longest)),) if count else ()
    return wording("tile_care"), wording("people_waiting", count=count), more, "heart", level


def _machines(view: HallView, wording: Wording) -> Shown:
    states = [device.state for device in view.devices]
    down = [d for d in view.devices if d.state is ChannelState.DOWN]
    unknown = states.count(ChannelState.UNKNOWN)
    level = "red" if down else "amber" if unknown else "ok"
    value = wording("machines_up", up=states.count(ChannelState.UP), count=len(states))
    more = (wording("machines_unknown", count=unknown),) if unknown else ()
    if down:
        names = dict.fromkeys(wording.text(device.name).rstrip("0123456789 ") for device in down)
        more = (wording("machines_down", names=wording("comma").join(names)),)
    return wording("tile_machines"), value, more, "machine", level


_SYNC = {
    Link.ALONE: ("offline", "quiet"),
    Link.CENTRE: ("network", "ok"),
    Link.RELAY: ("network", "amber"),
    Link.OFFLINE: ("offline", "amber"),
}


def _sync(view: HallView, wording: Wording) -> Shown:
    heading = wording("tile_sync")
    status, more = view.link, [wording("unsent", count=view.unsent)]
    problem, off = problem_words(status, wording), clock_words(status, wording)
    since = status.since or status.last_exchange
    if status.link is Link.OFFLINE and since is not None:
        more.insert(0, wording("since", at=wording.since(since, view.at)))
    kept_apart = status.quarantined + status.set_aside
    if kept_apart:
        more.append(wording("kept_apart", count=kept_apart))
    if off:
        more.append(off)
    icon, level = ("alert", "red") if problem else _SYNC[status.link]
    if off and level == "ok":
        level = "amber"
    value = problem or wording(f"sync_{status.link.value}")
    return heading, value, tuple(more), icon, level


def _open(view: HallView, wording: Wording) -> Shown:
    value = wording("open_counters", count=view.open_counters, whole=len(view.counters))
    more = [wording("paused_zones", zones=" ".join(view.paused))] if view.paused else []
    if view.is_cash_short:
        more.append(wording("cash_is_short"))
    level = "amber" if more else "ok" if view.open_counters else "quiet"
    if not more and view.messages:
        more.append(wording("on_the_wall", text=wording.text(view.messages[0])))
    return wording("tile_open"), value, tuple(more), "person", level


def _queue(queue: QueueView, view: HallView, wording: Wording) -> Shown:
    heading = wording("queue_name", zone=queue.zone, name=wording.text(queue.name))
    is_closed, is_paused = queue.open_counters == 0, queue.zone in view.paused
    level = "quiet" if is_closed and not queue.waiting else queue.level
    if is_closed and queue.waiting:
        level = "red"
    wait = wording("queue_closed") if is_closed else wording.waiting(queue.wait)
    people = wording("people", count=queue.waiting)
    more = (wording("queue_paused"), people) if is_paused else (people,)
    return heading, wait, more, "lock" if is_paused else _ICONS[level], level


def sentence(sign: Sign, names: dict[str, str], wording: Wording) -> str:
    """Return what an alarm says. `names`: of queues and machines, by their codes."""
    queue = names.get(sign.queue or "", sign.queue or "")
    label = sign.label
    if sign.kind is AlarmKind.MACHINE_DOWN:
        kinds = (names.get(device, device).rstrip("0123456789 ") for device in label.split(", "))
        label = wording("comma").join(dict.fromkeys(kinds))
    if sign.kind in (AlarmKind.SCAM, AlarmKind.HELP):
        label = wording(f"help_{label}")
    if sign.kind is AlarmKind.QUEUE_WAIT and not sign.value:
        return wording("alarm_queue_closed", queue=queue)
    key = f"alarm_{sign.kind.value}"
    return wording(key, label=label, queue=queue, value=int(sign.value))


def _card(parent: QWidget) -> tuple[QFrame, QLabel, QVBoxLayout]:
    made = card(parent)
    title = label(made, "heading")
    lines = QVBoxLayout(made)
    lines.setContentsMargins(12, 6, 12, 8)
    lines.setSpacing(4)
    lines.addWidget(title)
    return made, title, lines
