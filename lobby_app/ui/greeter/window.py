"""The greeter's window: keys and scans in, controllers moved. What it shows is in screen.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.config import GreeterSettings
from lobby_app.messages import Messages
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.screen import Screen
from lobby_app.ui.greeter.view import GreeterView
from lobby_app.ui.i18n import Wording
from lobby_app.ui.shortcuts import Command, KeyMap
from lobby_app.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from lobby_app.domain.business import Policy
    from lobby_app.services.views import Issued
    from lobby_app.ui.greeter.looking import LookController
    from lobby_app.ui.greeter.needing import NeedController
    from lobby_app.ui.greeter.port import Reception
    from lobby_app.ui.greeter.printing import PrintController
    from lobby_app.ui.greeter.signing import SigningController
    from lobby_app.ui.greeter.visiting import VisitController
    from lobby_app.ui.greeter.watching import WatchController
    from lobby_app.ui.greeter.wishing import WishController

_SMALLEST = (1024, 600)


class GreeterWindow(QWidget):
    """Controller of the window. It is shown before the desk is open: `attach` makes the rest of it.

    Signals:
        retried(): opening the desk failed and is to be tried again.
    """

    retried = Signal()

    visiting: VisitController
    printing: PrintController
    signing: SigningController
    watching: WatchController
    wishing: WishController
    looking: LookController
    needing: NeedController

    def __init__(
        self,
        messages: Messages,
        settings: GreeterSettings,
        keys: KeyMap,
        database: TaskRunner,
        devices: TaskRunner,
    ) -> None:
        super().__init__()
        self.hub = Hub(self, Wording(messages, "greeter"), keys, database, devices)
        self._settings = settings
        view = GreeterView(self)
        self.screen_parts = Screen(self, view, self.hub, settings.theme)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(view)
        self._commands: dict[Command, Callable[[], object]] = {
            Command.LANGUAGE: self.screen_parts.switch_language
        }
        self._connect_opening()
        self.setMinimumSize(*_SMALLEST)
        self.setWindowTitle("Lobby")
        self.setAccessibleName("Lobby")

    def _connect_opening(self) -> None:
        hub, shown = self.hub, self.screen_parts
        hub.changed.connect(shown.render)
        hub.told.connect(shown.show_notice)
        hub.asked.connect(shown.ask)
        shown.sheets.sign_on.retried.connect(self.retried)
        shown.view.answer.notice.expired.connect(shown.clear_notice)
        shown.view.strip.language_clicked.connect(shown.switch_language)

    def _make_controllers(self, policy: Policy) -> None:
        """Make what works on an open desk; with it comes what a visit is, a tenth of the start."""
        from lobby_app.ui.greeter.looking import LookController
        from lobby_app.ui.greeter.needing import NeedController
        from lobby_app.ui.greeter.printing import PrintController
        from lobby_app.ui.greeter.signing import SigningController
        from lobby_app.ui.greeter.visiting import VisitController
        from lobby_app.ui.greeter.watching import WatchController
        from lobby_app.ui.greeter.wishing import WishController

        hub, settings, shown = self.hub, self._settings, self.screen_parts
        self.visiting = VisitController(hub)
        self.printing = PrintController(hub)
        self.signing = SigningController(
            hub, auto_clear_s=settings.auto_clear_s, lock_after_s=settings.lock_after_s
        )
        self.watching = WatchController(hub)
        self.wishing = WishController(hub, self.visiting)
        self.looking = LookController(hub, self.printing, self.watching, self.signing)
        presenter = shown.attach(policy, self.wishing)
        self.needing = NeedController(hub, shown.view.business, presenter, self.visiting)

    def _connect_controllers(self) -> None:
        shown = self.screen_parts
        self.visiting.begun.connect(self._visit_begun)
        self.visiting.issued.connect(self.printing.print)
        self.visiting.issued.connect(self.watching.refresh)
        self.visiting.ticket_scanned.connect(self.looking.scanned)
        self.printing.trouble.connect(shown.show_trouble)
        self.printing.recorded.connect(self.watching.refresh)
        self.signing.wanted.connect(shown.ask_sign_on)
        self.signing.refused.connect(shown.show_refusal)
        self.signing.opened.connect(self._signed_on)
        self.signing.cleared.connect(shown.sheets.close_personal)
        self.signing.cleared.connect(self.visiting.clear)
        self.looking.previewed.connect(shown.preview)
        self.looking.cancelled.connect(self.visiting.forget)

    def _connect_parts(self) -> None:
        shown = self.screen_parts
        sheets, answer, view = shown.sheets, shown.view.answer, shown.view
        sheets.sign_on.answered.connect(self.signing.sign_on)
        sheets.sign_on.somebody_else.connect(self.signing.sign_off)
        sheets.trouble.came_out.connect(self.printing.confirm)
        sheets.trouble.again.connect(self.printing.print)
        sheets.trouble.copy.connect(self._print_copy)
        sheets.entry.entered.connect(self.scan)
        for sheet in sheets.all:
            sheet.left.connect(self._focus_home)
        answer.document_toggled.connect(self.wishing.toggle_document)
        answer.reminder_dismissed.connect(self.visiting.dismiss_reminder)
        answer.blur.clicked.connect(self._toggle_blur)
        answer.language.clicked.connect(self.wishing.toggle_language)
        answer.action_row.primary.clicked.connect(self._act)
        answer.action_row.insist.clicked.connect(self.visiting.insist)
        for command, button in answer.action_row.modifiers.items():
            button.clicked.connect(self._commands[command])
        view.business.search.pasted.connect(self._paste)
        view.side.ticket_clicked.connect(self.looking.ticket)
        view.side.device_clicked.connect(self.looking.machines)
        view.strip.check_clicked.connect(self.looking.self_check)
        view.strip.person_clicked.connect(self.looking.person)

    def _table_of_commands(self) -> dict[Command, Callable[[], object]]:
        shown, words = self.screen_parts, self.hub.wording
        return {
            Command.ACT: self._act,
            Command.CLEAR: self._clear,
            Command.HELP: lambda: shown.sheets.keys.show_keys(words),
            Command.HUMAN: self.wishing.toggle_human,
            Command.CARE: self.wishing.toggle_care,
            Command.CARE_KIND: self.wishing.ask_care_kind,
            Command.AGENT: self.wishing.toggle_agent,
            Command.CHECK_IN: self.wishing.check_in,
            Command.REDIRECT: self.wishing.redirect,
            Command.SUPERVISOR: self.wishing.call_supervisor,
            Command.COMPLAINT: self.wishing.complain,
            Command.BLUR: self._toggle_blur,
            Command.ANONYMOUS: self.visiting.open_anonymous,
            Command.LANGUAGE: shown.switch_language,
            Command.ASSISTANCE: self.wishing.note_assistance,
            Command.INSIST: self.visiting.insist,
            Command.UNDO: self.looking.undo,
            Command.LOCK: self.signing.lock,
            Command.REPRINT: self.looking.reprint_last,
            Command.PREVIEW: self.looking.preview_last,
            Command.PASTE: self._paste,
            Command.ENTER_NUMBER: lambda: shown.sheets.entry.ask(words),
            Command.VISIT_LANGUAGE: self.wishing.toggle_language,
            Command.AMOUNT: self.needing.focus_amount,
            Command.BAND_1: lambda: self.needing.band(0),
            Command.BAND_2: lambda: self.needing.band(1),
            Command.BAND_3: lambda: self.needing.band(2),
            Command.BAND_4: lambda: self.needing.band(3),
            Command.THEME: shown.next_theme,
            Command.LARGER: lambda: shown.zoom(1),
            Command.SMALLER: lambda: shown.zoom(-1),
        }

    def show_opening(self) -> None:
        """Cover the window while the desk opens."""
        self.screen_parts.sheets.sign_on.show_opening(is_opening=True)
        self.screen_parts.ask_sign_on()

    def attach(self, reception: Reception, policy: Policy) -> None:
        """Give the window its desk: somebody may sign on now."""
        self.hub.attach(reception, policy)
        self._make_controllers(policy)
        self._commands = self._table_of_commands()
        self._connect_controllers()
        self._connect_parts()
        self.screen_parts.sheets.sign_on.show_opening(is_opening=False)
        self.screen_parts.ask_sign_on()
        self.watching.first_read.connect(self.screen_parts.say_sign_on_again)
        self.watching.start()
        self.printing.start()

    def opening_failed(self, error: BaseException) -> None:
        """Say why the desk could not be opened."""
        self.screen_parts.show_failure(error)

    def scan(self, text: str) -> None:
        """Take what a reader sent, whatever is on screen."""
        if not self.hub.is_working:
            return
        floor = self.hub.desk.floor
        self.screen_parts.last_scan = floor.at if floor is not None else None
        self.screen_parts.sheets.close_passing()
        self.visiting.scan(text)

    def _visit_begun(self) -> None:
        self.needing.reset_search()
        self.screen_parts.clear_notice()
        self.screen_parts.view.area.verticalScrollBar().setValue(0)
        self.screen_parts.view.business.search.setFocus()

    def _focus_home(self) -> None:
        """Let keys reach the window again once no sheet is open."""
        if self.screen_parts.sheets.open_sheet is None:
            self.screen_parts.view.business.search.setFocus()

    def _signed_on(self) -> None:
        self.screen_parts.sheets.sign_on.hide()
        self.screen_parts.show_waiting_trouble()
        self.watching.refresh()

    def _act(self) -> None:
        if not self.needing.first_match():
            self.visiting.act()

    def _clear(self) -> None:
        if self.screen_parts.view.business.search.text():
            self.needing.reset_search()
        else:
            self.visiting.clear()

    def _paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.scan(text)
        else:
            self.hub.tell("paste_empty", "amber")

    def _toggle_blur(self) -> None:
        self.hub.desk.is_blurred = not self.hub.desk.is_blurred
        self.hub.changed.emit()

    def _print_copy(self, issued: Issued) -> None:
        self.looking.reprint(issued.ticket_id)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the command of a key, choose a tile, or let letters search."""
        command = self.hub.keys.command_for(_sequence(event))
        if command is Command.LANGUAGE or (command is not None and self.hub.is_working):
            # A key held down is meant once: Ctrl+Z must not cancel one ticket after another.
            if not event.isAutoRepeat():
                self._commands[command]()
            return
        if not self.hub.is_working:
            event.ignore()
            return
        text, search = event.text(), self.screen_parts.view.business.search
        if text and text in "123456789" and not event.isAutoRepeat():
            self.needing.tile(int(text) - 1)
        elif text.isalpha() and not search.hasFocus():
            search.setFocus()
            search.insert(text)
        else:
            event.ignore()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let type and lists follow the size."""
        super().resizeEvent(event)
        self.screen_parts.fit()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop every timer before the window goes."""
        if self.hub.is_open:
            for controller in (self.watching, self.printing, self.signing):
                controller.stop()
        super().closeEvent(event)


def _sequence(event: QKeyEvent) -> QKeySequence:
    """Return the key with its modifiers; the number pad is no modifier."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
