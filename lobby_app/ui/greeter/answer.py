"""From the state of a visit to the words on the answer card. Pure: values in, words out."""

from dataclasses import dataclass

from lobby_app.domain.business import Policy
from lobby_app.domain.customer import Title
from lobby_app.domain.ports import PrintOutcome
from lobby_app.services.views import Advice, PrimaryAction, Profile
from lobby_app.ui.greeter.state import Phase, VisitState
from lobby_app.ui.i18n import Wording
from lobby_app.ui.shortcuts import Command, KeyMap


@dataclass(frozen=True, slots=True)
class DocumentText:
    """One document to bring, and whether it is there."""

    code: str
    text: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class AnswerText:
    """Everything the answer card shows.

    Attributes:
        chips: (chip code of the theme, text).
        tone: accent, plain, amber or red; the answer's colour, always beside `picture`.
        picture: name of the icon before the answer, empty for none.
        code: payload of the ticket's QR code, for the customer's own phone; empty = none.
    """

    name: str
    chips: tuple[tuple[str, str], ...]
    age: str
    answer: str
    tone: str
    picture: str
    why: str
    human: str
    say: str
    documents: tuple[DocumentText, ...]
    reminder: str
    primary: str
    can_act: bool
    can_insist: bool
    code: str = ""


_EMPTY = AnswerText("", (), "", "", "plain", "", "", "", "", (), "", "", False, False)


def answer_text(
    visit: VisitState, wording: Wording, keys: KeyMap, policy: Policy, *, is_blurred: bool
) -> AnswerText:
    """Return the words of the answer card for this state."""
    if visit.phase is Phase.ISSUED:
        return _issued(visit, wording, keys, is_blurred=is_blurred)
    if visit.phase is Phase.ADVISED and visit.advice is not None:
        return _advised(visit, visit.advice, wording, keys, policy, is_blurred=is_blurred)
    if visit.phase is Phase.UNREADABLE:
        return _plain(wording, keys, "unreadable", "amber", "alert", reason=visit.reason)
    if visit.phase is Phase.CHOOSING:
        return _choosing(visit, wording, keys, is_blurred=is_blurred)
    name = "reading" if visit.phase is Phase.READING else "idle"
    return _plain(wording, keys, name, "plain", "scan")


def _plain(
    wording: Wording, keys: KeyMap, state: str, tone: str, picture: str, reason: str = ""
) -> AnswerText:
    return AnswerText(
        name=wording(f"{state}_name"),
        chips=(),
        age="",
        answer=wording(f"{state}_answer"),
        tone=tone,
        picture=picture,
        why=wording.messages(reason) if reason else wording(f"{state}_why"),
        human=wording(f"{state}_human", key=keys.label(Command.ANONYMOUS)),
        say=wording(f"{state}_say"),
        documents=(),
        reminder="",
        primary=wording(f"{state}_primary"),
        can_act=False,
        can_insist=False,
    )


def _choosing(visit: VisitState, wording: Wording, keys: KeyMap, *, is_blurred: bool) -> AnswerText:
    name, chips, age = _person(visit, wording, is_blurred=is_blurred)
    state = "direct" if visit.is_direct else "choosing"
    return AnswerText(
        name=name,
        chips=chips,
        age=age,
        answer=wording("choosing_answer"),
        tone="plain",
        picture="question",
        why=wording(f"{state}_why"),
        human="",
        say=wording("choosing_say"),
        documents=(),
        reminder="",
        primary=wording("choosing_primary"),
        can_act=False,
        can_insist=False,
    )


def _advised(
    visit: VisitState,
    advice: Advice,
    wording: Wording,
    keys: KeyMap,
    policy: Policy,
    *,
    is_blurred: bool,
) -> AnswerText:
    name, chips, age = _person(visit, wording, is_blurred=is_blurred)
    is_safety = visit.wishes.safety is not None
    action = wording(f"act_{advice.action.value}")
    is_blocked = advice.missing_documents and advice.action is not PrimaryAction.PRINT_TICKET
    return AnswerText(
        name=name,
        chips=chips,
        age=age,
        answer=wording.channel(advice.option),
        tone="red" if is_safety else "accent",
        picture="stop" if is_safety else "arrow",
        why=_why(advice, wording),
        human=_human(advice, wording),
        say=wording("quoted", sentence=advice.say(visit.wishes.language)),
        documents=_documents(visit, advice, wording, policy),
        reminder=_reminder(visit, advice, wording, is_blurred=is_blurred),
        primary=wording("with_key", label=action, key=keys.label(Command.ACT)),
        can_act=not visit.is_working,
        can_insist=bool(is_blocked),
    )


def _issued(visit: VisitState, wording: Wording, keys: KeyMap, *, is_blurred: bool) -> AnswerText:
    issued = visit.issued
    if issued is None:
        return _EMPTY
    name, chips, age = _person(visit, wording, is_blurred=is_blurred)
    slip = issued.slip
    result = visit.print_result
    state = "printing"
    if result is not None:
        state = "printed" if result.outcome is PrintOutcome.PRINTED else "not_printed"
    ahead = wording("ahead_none") if not slip.ahead else wording("ahead", count=slip.ahead)
    waiting = wording.waiting(slip.wait)
    documents = tuple(
        DocumentText(str(place), wording.text(text), is_missing=False)
        for place, text in enumerate(slip.documents)
    )
    return AnswerText(
        name=name,
        chips=chips,
        age=age,
        answer=wording("issued_answer", number=slip.number, zone=wording.text(slip.zone_name)),
        tone="accent",
        picture="ticket",
        why=wording(f"issued_{state}"),
        human=wording("dot").join(part for part in (ahead, waiting) if part),
        say=wording("issued_say"),
        documents=documents,
        reminder="",
        primary=wording("with_key", label=wording("act_next"), key=keys.label(Command.ACT)),
        can_act=True,
        can_insist=False,
        code=slip.qr_payload,
    )


def _person(
    visit: VisitState, wording: Wording, *, is_blurred: bool
) -> tuple[str, tuple[tuple[str, str], ...], str]:
    """Return name, chips and data age; nothing about the person while blurred (F9)."""
    if visit.identified is None:
        return "", (), ""
    if is_blurred:
        return wording("blurred_name"), (), ""
    profile = visit.identified.visit.profile
    chips = [(profile.tier.value, wording.text(profile.tier_name))] if profile.is_known else []
    codes = visit.advice.chips if visit.advice is not None else _known_chips(profile)
    chips.extend((code, _chip(code, profile, wording)) for code in codes)
    return _name(profile, wording), tuple(chips), _age(profile, wording)


def _name(profile: Profile, wording: Wording) -> str:
    if profile.display_name:
        if profile.title is Title.NONE:
            return profile.display_name
        return wording(f"name_{profile.title.value}", name=profile.display_name)
    return wording("name_unknown") if profile.credential_kind else wording("name_anonymous")


def _known_chips(profile: Profile) -> tuple[str, ...]:
    return ("appointment",) if profile.appointment_at else ()


def _chip(code: str, profile: Profile, wording: Wording) -> str:
    at = wording.clock(profile.appointment_at) if profile.appointment_at else ""
    return wording(f"chip_{code}", at=at)


def _age(profile: Profile, wording: Wording) -> str:
    parts = [profile.credential_mask]
    days = profile.data_age_days
    if profile.tier_is_stale:
        parts.append(wording("age_stale", days=days) if days else wording("age_missing"))
    elif days is not None:
        parts.append(wording("age_days", days=days) if days else wording("age_today"))
    if profile.warnings:
        parts.append(wording("scan_warning"))
    return wording("dot").join(part for part in parts if part)


def _why(advice: Advice, wording: Wording) -> str:
    parts = (wording.text(advice.why), *(wording.text(alert) for alert in advice.alerts))
    return wording("dot").join(part for part in parts if part)


def _human(advice: Advice, wording: Wording) -> str:
    """Return the human alternative, or for a human answer who is ahead and what else there is."""
    if advice.human is not None:
        ahead = wording.ahead(advice.human)
        way = wording.channel(advice.human)
        if ahead:
            way = wording("in_brackets", text=way, detail=ahead)
        return wording("or_way", way=way)
    parts = [wording.ahead(advice.option)]
    if advice.alternatives:
        parts.append(wording("or_way", way=wording.channel(advice.alternatives[0])))
    return wording("gap").join(part for part in parts if part)


def _documents(
    visit: VisitState, advice: Advice, wording: Wording, policy: Policy
) -> tuple[DocumentText, ...]:
    missing = visit.wishes.missing_documents
    codes = dict.fromkeys((*advice.recommendation.documents, *sorted(missing)))
    return tuple(
        DocumentText(code, wording.text(policy.documents[code]), code in missing)
        for code in codes
        if code in policy.documents
    )


def _reminder(visit: VisitState, advice: Advice, wording: Wording, *, is_blurred: bool) -> str:
    if advice.next_best_action is None or visit.hides_reminder or is_blurred:
        return ""
    return wording("reminder", text=wording.text(advice.next_best_action))
