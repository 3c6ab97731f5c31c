"""From a CounterView to the words of the panel."""

from collections.abc import Callable
from datetime import datetime

from lobby_app.domain.customer import Title
from lobby_app.services.views import CalledTicket, CounterView
from lobby_app.ui.counter.keys import CounterCommand, label_of
from lobby_app.ui.counter.view import CounterPanel
from lobby_app.ui.i18n import Wording
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import Button, set_property, set_text

_NEEDS_CALLED = frozenset(
    {CounterCommand.START, CounterCommand.RECALL, CounterCommand.NO_SHOW, CounterCommand.SKIP}
)
_NEEDS_SERVING = frozenset({CounterCommand.PARK})
_NEEDS_ANY = frozenset({CounterCommand.FINISH, CounterCommand.TRANSFER})


def is_possible(command: CounterCommand, view: CounterView) -> bool:
    """Tell whether a step makes sense now; the domain refuses it anyhow where it does not."""
    state = view.current.state if view.current is not None else ""
    if command is CounterCommand.START and view.current is None:
        return any(lost.can_start for lost in view.lost)
    if command in _NEEDS_CALLED:
        return state == "called"
    if command in _NEEDS_SERVING:
        return state == "serving"
    if command in _NEEDS_ANY:
        return state in ("called", "serving")
    if command is CounterCommand.UNDO:
        return undoable(view) is not None
    if command is CounterCommand.RESUME:
        return view.current is None and bool(view.parked)
    return True


def undoable(view: CounterView) -> CalledTicket | None:
    """Return the ticket whose last step Ctrl+Z takes back."""
    if view.current is not None:
        return view.current if view.current.can_undo else None
    return view.last if view.last is not None and view.last.can_undo else None


class CounterPresenter:
    """Writes a CounterView into the panel, touching only what changed."""

    def __init__(self, panel: CounterPanel, resume: Callable[[str], None]) -> None:
        self._panel = panel
        self._resume = resume
        self._parked: tuple[str, ...] = ()

    def show(self, view: CounterView, now: datetime, wording: Wording, theme: Theme) -> None:
        """Show the panel as it is now."""
        panel, current = self._panel, view.current
        set_text(panel.head, wording("head", counter=view.counter, staff=view.staff))
        panel.number.show_text(
            current.number if current is not None else wording("free"), theme.type.answer
        )
        tone = "accent" if current is not None else "plain"
        set_property(panel.number, "tone", tone)
        set_text(panel.state, self._state(view, now, wording))
        set_text(panel.person, self._person(current, wording))
        set_text(panel.why, wording.text(current.why) if current and current.why else "")
        self._marks(current, wording)
        waiting = sum(count for _, count, _ in view.waiting)
        key = "next_serving" if current is not None else "next_free"
        said = wording(key, count=waiting)
        next_key = label_of(CounterCommand.NEXT)
        set_text(panel.next, wording("with_key", label=said, key=next_key))
        self._queues(view, wording)
        self._parked_tickets(view, wording)
        for command, button in panel.steps.items():
            button.setEnabled(is_possible(command, view))

    def show_words(self, wording: Wording, *, is_small: bool) -> None:
        """Write what does not depend on the state."""
        panel = self._panel
        for command, button in panel.steps.items():
            said = wording(f"step_{command.value}")
            set_text(button, wording("key_first", label=said, key=label_of(command)))
        small = wording("larger" if is_small else "smaller")
        key = label_of(CounterCommand.SMALL)
        set_text(panel.small, wording("key_first", label=small, key=key))
        set_text(panel.language, wording("language_button"))
        off = wording("step_sign_off")
        key = label_of(CounterCommand.SIGN_OFF)
        set_text(panel.sign_off, wording("key_first", label=off, key=key))
        set_text(panel.queue_title, wording("queues_title"))
        set_text(panel.parked_title, wording("parked_title"))

    def _state(self, view: CounterView, now: datetime, wording: Wording) -> str:
        current = view.current
        if current is None:
            return wording("state_free" if view.is_open else "state_closed")
        parts = [wording.text(current.zone_name), wording.text(current.business)]
        if current.started_at is not None:
            parts.append(wording("serving_for", time=_span(now, current.started_at)))
        elif current.called_at is not None:
            span = _span(now, current.called_at)
            parts.append(wording("called_times", count=current.calls, time=span))
        parts.append(wording("waited", minutes=current.waited_minutes))
        return wording("dot").join(part for part in parts if part)

    def _person(self, current: CalledTicket | None, wording: Wording) -> str:
        if current is None:
            return ""
        if current.person is None:
            return wording("person_later" if current.state == "called" else "person_unknown")
        person = current.person
        name = person.display_name
        if person.title is not Title.NONE:
            name = wording(f"name_{person.title.value}", name=name)
        return wording("dot").join((name, wording.text(person.tier_name)))

    def _marks(self, current: CalledTicket | None, wording: Wording) -> None:
        found: list[tuple[str, str]] = []
        if current is not None:
            if current.without_sound:
                found.append(("appointment", wording("mark_without_sound")))
            if current.priority in ("care", "safety"):
                found.append(("priority", wording("mark_priority")))
            if current.is_unconfirmed:
                found.append(("offline", wording("mark_offline")))
            if current.documents_incomplete:
                found.append(("document_expired", wording("mark_documents")))
            if current.language.value == "en":
                found.append(("demo", wording("mark_english")))
        for place, mark in enumerate(self._panel.mark_labels):
            mark.setVisible(place < len(found))
            if place < len(found):
                set_property(mark, "chip", found[place][0])
                set_text(mark, found[place][1])

    def _queues(self, view: CounterView, wording: Wording) -> None:
        lines = [
            wording("queue_line", name=wording.text(name), count=count, minutes=longest)
            for name, count, longest in view.waiting
        ]
        set_text(self._panel.queues, "\n".join(lines))

    def _parked_tickets(self, view: CounterView, wording: Wording) -> None:
        panel = self._panel
        self._parked = tuple(ticket.ticket_id for ticket in view.parked)
        while len(panel.parked_buttons) < len(view.parked):
            self._add_parked()
        panel.parked_title.setVisible(bool(view.parked) and not panel.queue_card.isHidden())
        for place, button in enumerate(panel.parked_buttons):
            button.setVisible(place < len(view.parked))
            if place < len(view.parked):
                ticket = view.parked[place]
                set_text(button, wording("parked_line", number=ticket.number))
                button.setEnabled(view.current is None)

    def _add_parked(self) -> None:
        place = len(self._panel.parked_buttons)
        button = Button(self._panel.parked, "row")
        button.clicked.connect(lambda: self._resume(self._parked[place]))
        self._panel.parked_buttons.append(button)
        self._panel.parked_lines.addWidget(button)


def _span(now: datetime, since: datetime) -> str:
    seconds = max(0, int((now - since).total_seconds()))
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
