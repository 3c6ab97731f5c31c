"""From a scan to what Enter does: the course of one visit. Decides nothing a service decides."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.business import Need
from lobby_app.domain.credential import CredentialKind, Unreadable
from lobby_app.domain.customer import Preference
from lobby_app.services.views import (
    Advice,
    Identified,
    Issued,
    PrimaryAction,
    ScannedTicket,
    Wishes,
)
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.state import Phase, VisitState
from lobby_app.ui.hub import Choice, Question

_MAY_READ = (Phase.IDLE, Phase.UNREADABLE)


class VisitController(QObject):
    """Moves the VisitState on and runs the use cases of a visit.

    Signals:
        begun(): a new visit or none: fields of the window start anew.
        issued(object): Issued; its slip is to be printed.
        ticket_scanned(object): ScannedTicket; a ticket of today was held under the reader.
    """

    begun = Signal()
    issued = Signal(object)
    ticket_scanned = Signal(object)

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._hub = hub
        hub.visit = VisitState()
        # Answers of an earlier visit or an earlier need must not overwrite a newer one.
        self._round = 0
        self._before_reading: Phase | None = None

    @property
    def _visit(self) -> VisitState:
        return self._hub.visit

    def reading(self, is_reading: bool) -> None:
        """A reader has begun to send, or what began turned out to be typing."""
        if is_reading and self._hub.is_working and self._visit.phase in _MAY_READ:
            self._before_reading = self._visit.phase
            self._visit.phase = Phase.READING
            self._hub.changed.emit()
        elif not is_reading and self._before_reading is not None:
            self._visit.phase, self._before_reading = self._before_reading, None
            self._hub.changed.emit()

    def scan(self, text: str) -> None:
        """Take a scan, whatever is on screen: the next person is here."""
        if not self._hub.is_working:
            return
        self._begin(Phase.READING)
        session, reception = self._hub.session, self._hub.reception
        self.run(lambda: reception.identify(session, text), self._identified)

    def open_anonymous(self) -> None:
        """F10: a ticket without a scan; choosing a business then prints at once."""
        self._begin(Phase.READING)
        session, reception = self._hub.session, self._hub.reception
        self.run(lambda: reception.anonymous(session), self._opened_anonymous)

    def clear(self) -> None:
        """Esc: nobody is at the desk."""
        self._begin(Phase.IDLE)

    def forget(self, number: str) -> None:
        """A ticket was cancelled: if it is on screen, its number and code must not stay there."""
        issued = self._visit.issued
        if issued is not None and issued.slip.number == number:
            self.clear()

    def _begin(self, phase: Phase) -> None:
        self._round += 1
        self._before_reading = None
        self._hub.visit = VisitState(phase=phase)
        self._hub.visit.wishes = Wishes(language=self._hub.wording.language)
        self.begun.emit()
        self._hub.changed.emit()

    def run(self, job: Callable[[], object], on_done: Callable[[object], None]) -> None:
        """Run a use case whose answer counts only while this round lasts."""
        own = self._round

        def done(value: object) -> None:
            if own == self._round:
                on_done(value)

        def failed(error: BaseException) -> None:
            if own == self._round:
                self._give_up()
            self._hub.fail(error)
            self._hub.changed.emit()

        self._hub.run(job, done, failed)

    def _give_up(self) -> None:
        """A use case of this visit failed: back to the last state that is surely true."""
        visit = self._visit
        if visit.phase is Phase.READING:
            visit.phase = Phase.IDLE
        elif visit.is_advice_due:
            # The advice on screen answers an earlier question; nobody may act on it.
            visit.phase, visit.advice = Phase.CHOOSING, None
        visit.is_working = visit.is_advice_due = visit.acts_when_ready = False
        visit.early.clear()

    def _is_early(self, step: Callable[[], None]) -> bool:
        """Keep a step that came before the desk had answered; keys are never lost (domain 5.2)."""
        visit = self._visit
        is_looked_up = visit.phase is Phase.READING and self._before_reading is None
        if is_looked_up or visit.is_working:
            visit.early.append(step)
            return True
        return False

    def _catch_up(self) -> None:
        """Do what was asked for while the desk was still at work."""
        steps, self._visit.early = self._visit.early, []
        for step in steps:
            step()

    def _identified(self, result: object) -> None:
        visit = self._visit
        if isinstance(result, Unreadable):
            visit.phase, visit.reason = Phase.UNREADABLE, f"scans.{result.reason}"
        elif isinstance(result, ScannedTicket):
            visit.phase = Phase.IDLE
            self.ticket_scanned.emit(result)
        elif isinstance(result, Identified):
            self._welcome(result)
        self._hub.changed.emit()

    def _welcome(self, identified: Identified) -> None:
        visit, profile = self._visit, identified.visit.profile
        visit.identified, visit.phase = identified, Phase.CHOOSING
        if profile.is_known:
            visit.wishes = replace(visit.wishes, language=profile.language)
        booked = identified.visit.appointment is not None
        if booked and profile.credential_kind is CredentialKind.APPOINTMENT_CODE:
            # The scan of a booking alone checks in.
            visit.acts_when_ready = True
        if identified.tiles and (identified.visit.usual_businesses or booked):
            self.choose(identified.tiles[0])
        self._catch_up()

    def _opened_anonymous(self, result: object) -> None:
        if not isinstance(result, Identified):
            return
        visit = self._visit
        visit.identified, visit.phase, visit.is_direct = result, Phase.CHOOSING, True
        # Who asks for a number wants to be served by a person.
        visit.wishes = replace(visit.wishes, preference=Preference.HUMAN)
        self._catch_up()
        self._hub.changed.emit()

    def choose(self, business: str) -> None:
        """Choose a business; without a visit, one is opened for somebody unknown."""
        visit = self._visit
        if self._is_early(lambda: self.choose(business)):
            return
        if visit.phase in (Phase.IDLE, Phase.UNREADABLE, Phase.ISSUED):
            self._open_then(lambda: self.choose(business))
            return
        if visit.identified is None:
            return
        wishes = replace(
            visit.wishes,
            missing_documents=frozenset(),
            insists_on_ticket=False,
            override_channel=None,
            override_reason=None,
        )
        visit.wishes, visit.need, visit.seen_documents = wishes, Need(business), ()
        visit.is_second_ticket_meant = False
        if visit.is_direct:
            visit.acts_when_ready = True
        self.advise()

    def _open_then(self, then: Callable[[], None]) -> None:
        """Open a visit without a scan (rule R01), then go on."""
        self._begin(Phase.READING)
        session, reception = self._hub.session, self._hub.reception

        def opened(result: object) -> None:
            if isinstance(result, Identified):
                self._visit.identified, self._visit.phase = result, Phase.CHOOSING
                then()
                self._catch_up()

        self.run(lambda: reception.anonymous(session), opened)

    def ensure_visit(self, then: Callable[[], None]) -> None:
        """Go on with the visit at the desk, or with a new one for somebody unknown."""
        if self._is_early(lambda: self.ensure_visit(then)):
            return
        if self._visit.may_change:
            then()
        else:
            self._open_then(then)

    def change_need(self, need: Need) -> None:
        """Take a detail of the business: amount, currency, new payee …."""
        if not self._visit.may_change:
            return
        self._visit.need = need
        self.advise()

    def change_wishes(self, wishes: Wishes) -> None:
        """Take what the greeter ticked; the recommendation follows it."""
        if not self._visit.may_change:
            return
        self._visit.wishes = wishes
        if self._visit.need is not None:
            self.advise()
        self._hub.changed.emit()

    def advise(self) -> None:
        """Ask for the recommendation; the last one stays on screen until the new one is here."""
        visit = self._visit
        if visit.identified is None or visit.need is None:
            return
        self._round += 1
        visit.is_advice_due = True
        person, need, wishes = visit.identified.visit, visit.need, visit.wishes
        reception = self._hub.reception
        self.run(lambda: reception.advise(person, need, wishes), self._advised)
        self._hub.changed.emit()

    def _advised(self, advice: object) -> None:
        if not isinstance(advice, Advice):
            return
        visit = self._visit
        visit.advice, visit.phase, visit.is_advice_due = advice, Phase.ADVISED, False
        codes = (*visit.seen_documents, *advice.recommendation.documents)
        visit.seen_documents = tuple(dict.fromkeys(codes))
        self._hub.changed.emit()
        if visit.acts_when_ready:
            visit.acts_when_ready = False
            self.act()

    def dismiss_reminder(self) -> None:
        """The next best action is not wanted now."""
        self._visit.hides_reminder = True
        self._hub.changed.emit()

    def act(self) -> None:
        """Enter: do what the big button says, once."""
        visit = self._visit
        if visit.is_working or self._is_early(self.act):
            return
        if visit.phase is Phase.ISSUED:
            self.clear()
        elif visit.phase is Phase.CHOOSING and visit.need is None:
            self._hub.tell("choose_first")
        elif visit.is_advice_due:
            visit.acts_when_ready = True
        elif visit.phase is Phase.CHOOSING:
            # Asking for the advice failed: ask again.
            self.advise()
        elif visit.phase is Phase.ADVISED and visit.advice is not None:
            self._act_on(visit.advice)

    def insist(self) -> None:
        """Ctrl+Enter: the customer wants to wait in spite of missing papers."""
        visit = self._visit
        if visit.may_change and visit.advice is not None and visit.wishes.missing_documents:
            visit.acts_when_ready = True
            self.change_wishes(replace(visit.wishes, insists_on_ticket=True))

    def _act_on(self, advice: Advice) -> None:
        if advice.action is not PrimaryAction.PRINT_TICKET:
            self._close(advice)
        elif advice.held is not None and not self._visit.is_second_ticket_meant:
            self._ask_second(advice)
        else:
            self._issue(advice)

    def _ask_second(self, advice: Advice) -> None:
        if advice.held is None:
            return
        words = self._hub.wording
        text = words("held_text", number=advice.held.number, ahead=advice.held.ahead)
        choices = (
            Choice("no", words("held_no")),
            Choice("yes", words("held_yes")),
        )
        self._hub.ask(Question(words("held_title"), text, choices, self._second_answered))

    def _second_answered(self, answer: str) -> None:
        if answer != "yes":
            self.clear()
            return
        self._visit.is_second_ticket_meant = True
        self.act()

    def _issue(self, advice: Advice) -> None:
        visit = self._visit
        if visit.identified is None:
            return
        visit.is_working = True
        session, person, wishes = self._hub.session, visit.identified.visit, visit.wishes
        reception = self._hub.reception
        # A ticket that is being written is printed even when the greeter has gone on meanwhile.
        own = self._round

        def issued(result: Issued) -> None:
            if own == self._round:
                visit.phase, visit.issued, visit.is_working = Phase.ISSUED, result, False
            self.issued.emit(result)
            if own == self._round:
                self._catch_up()
            self._hub.changed.emit()

        def failed(error: BaseException) -> None:
            visit.is_working = False
            visit.early.clear()
            self._hub.fail(error)
            self._hub.changed.emit()

        self._hub.run(lambda: reception.issue(session, person, advice, wishes), issued, failed)
        self._hub.changed.emit()

    def _close(self, advice: Advice) -> None:
        visit = self._visit
        if visit.identified is None:
            return
        visit.is_working = True
        session, person, wishes = self._hub.session, visit.identified.visit, visit.wishes
        reception, words = self._hub.reception, self._hub.wording

        def closed(_: object) -> None:
            steps = self._visit.early
            self.clear()
            channel = words.text(advice.option.name)
            self._hub.tell(f"done_{advice.action.value}", "ok", channel=channel)
            for step in steps:
                step()

        self.run(lambda: reception.close_without_ticket(session, person, advice, wishes), closed)
        self._hub.changed.emit()
