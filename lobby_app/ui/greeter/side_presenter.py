"""From the state of the branch to the rows beside the answer."""

from PySide6.QtCore import Qt

from lobby_app.domain.floor import ChannelState
from lobby_app.services.views import DeviceView, FloorView, QueueView, RecentTicket
from lobby_app.ui.greeter.side_panel import FULL_BAR_MINUTES, QueueRow, SidePanel
from lobby_app.ui.i18n import Wording
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import (
    Button,
    set_icon,
    set_property,
    set_text,
)

_LEVEL_ICONS = {"ok": "check", "amber": "alert", "red": "stop"}
_STATE_ICONS = {
    ChannelState.UP: ("check", "ok"),
    ChannelState.DOWN: ("cross", "red"),
    ChannelState.UNKNOWN: ("question", "amber"),
}


class SidePresenter:
    """Writes a FloorView into the panel: rows are added once and then only changed."""

    def __init__(self, panel: SidePanel) -> None:
        self._panel = panel
        self._tickets: tuple[RecentTicket, ...] = ()

    def show(self, floor: FloorView | None, rows: int, wording: Wording, theme: Theme) -> None:
        """Show `floor`; `rows` is how many last tickets fit."""
        panel = self._panel
        for title, key in (
            (panel.queue_title, "queues_title"),
            (panel.device_title, "devices_title"),
            (panel.recent_title, "recent_title"),
        ):
            set_text(title, wording(key))
        if floor is None:
            return
        for queue in floor.queues:
            self._queue(queue, wording, theme)
        by_channel: dict[str, list[DeviceView]] = {}
        for device in floor.devices:
            by_channel.setdefault(device.channel, []).append(device)
        for channel, devices in by_channel.items():
            self._device(channel, devices, wording, theme)
        panel.device_card.setVisible(bool(by_channel))
        self._recent(floor.recent[:rows], wording, theme)

    def _queue(self, queue: QueueView, wording: Wording, theme: Theme) -> None:
        panel = self._panel
        row = panel.queue_rows.get(queue.queue)
        if row is None:
            row = QueueRow(panel.queue_card)
            panel.queue_rows[queue.queue] = row
            panel.queue_lines.addWidget(row)
        name = wording("queue_name", zone=queue.zone, name=wording.text(queue.name))
        row.name.show_text(name, theme.type.body)
        set_text(row.waiting, wording("people", count=queue.waiting))
        minutes = wording.waiting(queue.wait)
        set_text(row.minutes, minutes if queue.open_counters else wording("queue_closed"))
        row.bar.setValue(min(FULL_BAR_MINUTES, queue.wait.high) if queue.wait else 0)
        set_property(row.bar, "level", queue.level)
        set_property(row.minutes, "level", "" if queue.level == "ok" else queue.level)
        colour = getattr(theme.palette, queue.level)
        row.picture.show_icon(_LEVEL_ICONS[queue.level], colour, round(14 * theme.factor))
        said = wording(f"level_{queue.level}")
        row.bar.setAccessibleName(f"{row.name.text()} {row.waiting.text()} {said}")

    def _device(
        self, channel: str, devices: list[DeviceView], wording: Wording, theme: Theme
    ) -> None:
        panel = self._panel
        button = panel.device_buttons.get(channel)
        if button is None:
            button = Button(panel.device_card, "row")
            button.clicked.connect(lambda: panel.device_clicked.emit(channel))
            panel.device_buttons[channel] = button
            panel.device_lines.addWidget(button)
        states = [device.state for device in devices]
        up = states.count(ChannelState.UP)
        worst = ChannelState.UP
        if up < len(states):
            worst = ChannelState.DOWN if ChannelState.DOWN in states else ChannelState.UNKNOWN
        name = wording.text(devices[0].name).rstrip("0123456789 ")
        state = wording(f"device_{worst.value}")
        text = wording("device_group", name=name, up=up, count=len(states), state=state)
        set_text(button, text)
        picture, level = _STATE_ICONS[worst]
        set_icon(button, picture, getattr(theme.palette, level), round(18 * theme.factor))

    def _recent(self, tickets: tuple[RecentTicket, ...], wording: Wording, theme: Theme) -> None:
        panel = self._panel
        self._tickets = tickets
        set_text(panel.recent_empty, wording("recent_empty"))
        panel.recent_empty.setVisible(not tickets)
        while len(panel.recent_buttons) < len(tickets):
            self._add_recent()
        for place, button in enumerate(panel.recent_buttons):
            button.setVisible(place < len(tickets))
            if place < len(tickets):
                set_text(button, _ticket_text(tickets[place], wording))
                picture, colour = _ticket_icon(tickets[place], theme)
                set_icon(button, picture, colour, round(18 * theme.factor))

    def _add_recent(self) -> None:
        panel = self._panel
        place = len(panel.recent_buttons)
        button = Button(panel.recent_card, "row")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: panel.ticket_clicked.emit(self._tickets[place].ticket_id))
        panel.recent_buttons.append(button)
        panel.recent_lines.addWidget(button)


def _ticket_text(ticket: RecentTicket, wording: Wording) -> str:
    """Return number, time, state and the one thing to know about its paper, on one line."""
    paper = wording("recent_copies", count=ticket.copies) if ticket.copies else ""
    if ticket.print_outcome not in (None, "printed"):
        paper = wording("recent_no_paper")
    state = wording(f"ticket_{ticket.state}")
    details = wording("dot").join(part for part in (state, paper) if part)
    return wording(
        "recent_row",
        number=ticket.number,
        at=wording.clock(ticket.issued_at),
        details=details,
    )


def _ticket_icon(ticket: RecentTicket, theme: Theme) -> tuple[str, str]:
    if ticket.state == "cancelled":
        return "cross", theme.palette.quiet
    if ticket.print_outcome not in (None, "printed"):
        return "alert", theme.palette.amber
    return "ticket", theme.palette.quiet
