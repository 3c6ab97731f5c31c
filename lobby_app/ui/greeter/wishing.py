"""What the greeter ticks or answers for a visit: wishes, redirection, calls, registers."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from lobby_app.domain.customer import Access, Preference
from lobby_app.domain.text import Language
from lobby_app.services.views import ChannelOption, Wishes
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.state import Phase
from lobby_app.ui.greeter.visiting import VisitController
from lobby_app.ui.hub import Choice, Question
from lobby_app.ui.shortcuts import Command

SAFETY = ("scam_signs", "medical", "security")
SUPERVISOR_REASONS = (*SAFETY, "help")
COMPLAINTS = ("waiting", "attitude", "process", "fees", "machine", "other")
ASSISTANCE = ("taught", "accompanied", "walked", "explained")
OVERRIDE_REASONS = ("customer_wish", "machine_fault", "faster", "judgement")
CARE_KINDS = ("needs_help", "wheelchair", "visual", "hearing")


class WishController(QObject):
    """Turns keys and answers into Wishes and register entries."""

    def __init__(self, hub: Hub, visiting: VisitController) -> None:
        super().__init__(hub)
        self._hub = hub
        self._visiting = visiting

    @property
    def _wishes(self) -> Wishes:
        return self._hub.visit.wishes

    def _change(self, **changes: object) -> None:
        wishes = replace(self._wishes, **changes)  # type: ignore[arg-type]
        self._visiting.change_wishes(wishes)

    def state(self) -> dict[Command, bool]:
        """Return which of the ticks are on."""
        wishes = self._wishes
        return {
            Command.HUMAN: wishes.preference is Preference.HUMAN,
            Command.CARE: wishes.care,
            Command.AGENT: wishes.agent,
            Command.REDIRECT: wishes.override_channel is not None,
        }

    def toggle_human(self) -> None:
        """F2: the customer wants a person, or no longer."""

        def toggle() -> None:
            wanted = self._wishes.preference is not Preference.HUMAN
            self._change(preference=Preference.HUMAN if wanted else Preference.NONE)

        self._visiting.ensure_visit(toggle)

    def toggle_care(self) -> None:
        """F3: care priority and the large ticket; why is nobody's business."""

        def toggle() -> None:
            care = not self._wishes.care
            self._change(care=care, large_type=care)

        self._visiting.ensure_visit(toggle)

    def toggle_agent(self) -> None:
        """F4: somebody acts for the customer."""
        self._visiting.ensure_visit(lambda: self._change(agent=not self._wishes.agent))

    def toggle_language(self) -> None:
        """Speak and print the other language for this visit."""

        def toggle() -> None:
            is_english = self._wishes.language is Language.EN
            self._change(language=Language.ZH if is_english else Language.EN)

        self._visiting.ensure_visit(toggle)

    def ask_care_kind(self) -> None:
        """Shift+F3: what the branch has to prepare; kept for the visit only."""
        self._ask("care_kind", CARE_KINDS, self._care_kind)

    def _care_kind(self, kind: str) -> None:
        def set_kind() -> None:
            if kind == "needs_help":
                self._change(needs_help=True, care=True, large_type=True)
            else:
                access = self._wishes.access | {Access(kind)}
                self._change(access=access, care=True, large_type=True)

        self._visiting.ensure_visit(set_kind)

    def toggle_document(self, code: str) -> None:
        """Note that a document is missing, or there after all."""
        missing = self._wishes.missing_documents ^ {code}
        self._change(missing_documents=missing, insists_on_ticket=False)

    def check_in(self) -> None:
        """F5: the customer is here for the booking of today."""
        identified = self._hub.visit.identified
        if identified is None or self._hub.visit.phase is Phase.ISSUED:
            self._hub.tell("check_in_scan")
        elif identified.visit.profile.appointment_at is None:
            self._hub.tell("check_in_none", "amber")
        elif identified.visit.appointment is not None and identified.tiles:
            self._hub.visit.acts_when_ready = True
            self._visiting.choose(identified.tiles[0])

    def redirect(self) -> None:
        """F6: another channel, with a reason."""
        visit = self._hub.visit
        if visit.phase is not Phase.ADVISED or visit.advice is None:
            self._hub.tell("redirect_first")
            return
        if self._wishes.override_channel is not None:
            self._change(override_channel=None, override_reason=None)
            return
        advice, reception = visit.advice, self._hub.reception

        def ask(options: object) -> None:
            if isinstance(options, tuple):
                self._ask_channel(options)

        self._visiting.run(lambda: reception.override_choices(advice), ask)

    def _ask_channel(self, options: tuple[ChannelOption, ...]) -> None:
        words = self._hub.wording
        choices = tuple(Choice(option.channel, words.text(option.name)) for option in options)
        self._hub.ask(
            Question(
                words("redirect_title"), words("redirect_text"), choices, self._ask_override_reason
            )
        )

    def _ask_override_reason(self, channel: str) -> None:
        self._ask(
            "override",
            OVERRIDE_REASONS,
            lambda reason: self._change(override_channel=channel, override_reason=reason),
        )

    def call_supervisor(self) -> None:
        """F7: the supervisor comes; danger changes the recommendation at once."""
        self._ask("supervisor", SUPERVISOR_REASONS, self._supervisor)

    def _supervisor(self, reason: str) -> None:
        if reason in SAFETY:
            self._visiting.ensure_visit(lambda: self._danger(reason))
        else:
            self._call(reason)

    def _danger(self, reason: str) -> None:
        self._call(reason)
        self._change(safety=reason)
        if self._hub.visit.need is None:
            self._visiting.choose("question")

    def _call(self, reason: str) -> None:
        reception, session = self._hub.reception, self._hub.session
        identified = self._hub.visit.identified
        person = identified.visit if identified is not None else None
        self._hub.run(
            lambda: reception.call_supervisor(session, person, reason),
            lambda _: self._hub.tell("supervisor_called", "ok"),
        )

    def complain(self) -> None:
        """F8: a complaint gets a number; the customer keeps every place."""
        self._ask("complaint", COMPLAINTS, self._complaint)

    def _complaint(self, category: str) -> None:
        reception, session = self._hub.reception, self._hub.session
        identified = self._hub.visit.identified
        person = identified.visit if identified is not None else None
        self._hub.run(
            lambda: reception.register_complaint(session, person, category),
            lambda number: self._hub.tell("complaint_registered", "ok", 0.0, number=number),
        )

    def note_assistance(self) -> None:
        """F12: help given to an elder; never counted as diversion."""
        self._ask("assistance", ASSISTANCE, self._assistance)

    def _assistance(self, kind: str) -> None:
        reception, session = self._hub.reception, self._hub.session
        identified = self._hub.visit.identified
        person = identified.visit if identified is not None else None
        self._hub.run(
            lambda: reception.log_assistance(session, person, kind),
            lambda _: self._hub.tell("assistance_noted", "ok"),
        )

    def _ask(self, area: str, codes: tuple[str, ...], then: Callable[[str], None]) -> None:
        words = self._hub.wording
        choices = tuple(Choice(code, words(f"{area}_{code}")) for code in codes)
        self._hub.ask(Question(words(f"{area}_title"), words(f"{area}_text"), choices, then))
