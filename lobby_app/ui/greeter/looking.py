"""Looking at what is already there: last tickets, machines, the self-check, who is signed on."""

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.floor import ChannelState
from lobby_app.services.views import Issued, RecentTicket, ScannedTicket
from lobby_app.ui.greeter.check_story import check_story
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.printing import PrintController
from lobby_app.ui.greeter.signing import SigningController
from lobby_app.ui.greeter.watching import WatchController
from lobby_app.ui.hub import Choice, Question

CANCEL_REASONS = ("left", "mistake", "duplicate")
_STATE_ICONS = {"up": "check", "down": "cross", "unknown": "question"}


class LookController(QObject):
    """Answers clicks in side panel and strip, and the keys of the last ticket.

    Signals:
        previewed(object): TicketSlip to show on screen.
        cancelled(str): number of a ticket that is no longer valid.
    """

    previewed = Signal(object)
    cancelled = Signal(str)

    def __init__(
        self,
        hub: Hub,
        printing: PrintController,
        watching: WatchController,
        signing: SigningController,
    ) -> None:
        super().__init__(hub)
        self._hub = hub
        self._printing = printing
        self._watching = watching
        self._signing = signing

    def ticket(self, ticket_id: str) -> None:
        """A line of the last tickets was touched."""
        floor = self._hub.desk.floor
        recent = floor.recent if floor is not None else ()
        found = next((one for one in recent if one.ticket_id == ticket_id), None)
        if found is not None:
            self.show_ticket(found)

    def scanned(self, scanned: ScannedTicket) -> None:
        """A ticket of today was held under the reader."""
        self.show_ticket(scanned.ticket)

    def show_ticket(self, ticket: RecentTicket) -> None:
        """Offer what can be done with one ticket."""
        words = self._hub.wording
        choices: tuple[Choice, ...] = ()
        if ticket.can_cancel:
            choices = (
                Choice("reprint", words("ticket_reprint"), icon="printer"),
                Choice("preview", words("ticket_preview"), icon="ticket"),
                Choice("cancel", words("ticket_cancel"), icon="cross"),
            )
        elif ticket.can_return:
            choices = (Choice("bring_back", words("ticket_bring_back"), icon="person"),)
        text = words(
            "ticket_text",
            zone=words.text(ticket.zone_name),
            at=words.clock(ticket.issued_at),
            state=words(f"ticket_{ticket.state}"),
        )
        title = words("ticket_title", number=ticket.number)

        def answered(code: str) -> None:
            if code == "reprint":
                self.reprint(ticket.ticket_id)
            elif code == "preview":
                self.preview(ticket.ticket_id)
            elif code == "bring_back":
                self._bring_back(ticket.ticket_id)
            else:
                self._ask_cancel(ticket)

        self._hub.ask(Question(title, text, choices, answered))

    def _bring_back(self, ticket_id: str) -> None:
        reception, session = self._hub.reception, self._hub.session

        def waits_again(number: str) -> None:
            self._hub.tell("brought_back", "ok", number=number)
            self._watching.refresh()

        self._hub.run(lambda: reception.bring_back(session, ticket_id), waits_again)

    def reprint(self, ticket_id: str) -> None:
        """Print a marked copy."""
        self._printing.reprint(
            ticket_id,
            lambda issued: self._hub.tell("reprinting", number=issued.slip.number),
        )

    def reprint_last(self) -> None:
        """Ctrl+P: the last ticket that still waits."""
        last = self._last()
        if last is None:
            self._hub.tell("no_ticket", "amber")
        else:
            self.reprint(last.ticket_id)

    def preview_last(self) -> None:
        """Ctrl+E: the last ticket on screen."""
        if self._hub.visit.issued is not None:
            self.previewed.emit(self._hub.visit.issued.slip)
            return
        last = self._last()
        if last is None:
            self._hub.tell("no_ticket", "amber")
        else:
            self.preview(last.ticket_id)

    def preview(self, ticket_id: str) -> None:
        """Show a waiting ticket as a copy of it would be printed."""
        reception, session = self._hub.reception, self._hub.session

        def ready(issued: Issued) -> None:
            self.previewed.emit(issued.slip)

        self._hub.run(lambda: reception.reprint(session, ticket_id), ready)

    def _last(self) -> RecentTicket | None:
        floor = self._hub.desk.floor
        recent = floor.recent if floor is not None else ()
        return next((ticket for ticket in recent if ticket.can_cancel), None)

    def undo(self) -> None:
        """Ctrl+Z: cancel the last ticket of this desk within a minute."""
        reception, session = self._hub.reception, self._hub.session

        def undone(number: str | None) -> None:
            if number is None:
                self._hub.tell("undo_none", "amber")
            else:
                self.cancelled.emit(number)
                self._hub.tell("undone", "ok", number=number)
            self._watching.refresh()

        self._hub.run(lambda: reception.undo_last(session), undone)

    def _ask_cancel(self, ticket: RecentTicket) -> None:
        words = self._hub.wording
        choices = tuple(Choice(code, words(f"cancel_{code}")) for code in CANCEL_REASONS)
        title = words("cancel_title", number=ticket.number)
        reception, session = self._hub.reception, self._hub.session

        def cancelled(number: str) -> None:
            self.cancelled.emit(number)
            self._hub.tell("cancelled", "ok", number=number)
            self._watching.refresh()

        def answered(reason: str) -> None:
            self._hub.run(lambda: reception.cancel(session, ticket.ticket_id, reason), cancelled)

        self._hub.ask(Question(title, words("cancel_text"), choices, answered))

    def machines(self, channel: str) -> None:
        """The machines of one kind: touching one moves it to the next state."""
        floor, words = self._hub.desk.floor, self._hub.wording
        if floor is None:
            return
        devices = tuple(device for device in floor.devices if device.channel == channel)
        if len(devices) == 1:
            self._ask_state(devices[0].device_id, words.text(devices[0].name))
            return
        choices = tuple(
            Choice(
                device.device_id,
                words(
                    "device_line",
                    name=words.text(device.name),
                    state=words(f"device_{device.state.value}"),
                ),
                icon=_STATE_ICONS[device.state.value],
            )
            for device in devices
        )
        names = {device.device_id: words.text(device.name) for device in devices}
        self._hub.ask(
            Question(
                words("devices_title"),
                words("devices_text"),
                choices,
                lambda device_id: self._ask_state(device_id, names[device_id]),
            )
        )

    def _ask_state(self, device_id: str, name: str) -> None:
        words = self._hub.wording
        choices = tuple(
            Choice(state.value, words(f"device_{state.value}"), icon=_STATE_ICONS[state.value])
            for state in ChannelState
        )
        self._hub.ask(
            Question(
                name,
                words("device_text"),
                choices,
                lambda state: self._watching.set_device(device_id, ChannelState(state)),
            )
        )

    def self_check(self) -> None:
        """What was proved at the start of the day."""
        status, words = self._hub.desk.status, self._hub.wording
        if status is None:
            return
        self._hub.ask(Question(words("check_title"), check_story(self._hub), (), lambda _: None))

    def person(self) -> None:
        """Who is signed on: lock or leave."""
        words = self._hub.wording
        name = words.text(self._hub.session.name)
        choices = (
            Choice("lock", words("command_lock"), icon="lock"),
            Choice("sign_off", words("sign_off"), icon="person"),
        )

        def answered(code: str) -> None:
            (self._signing.lock if code == "lock" else self._signing.sign_off)()

        self._hub.ask(Question(name, words("person_text"), choices, answered))
