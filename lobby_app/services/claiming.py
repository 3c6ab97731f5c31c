"""A call that somebody else has to grant: intent, question, answer (sync design 3.6).

What is meant is durable before anybody is asked, and one claim gets one answer for ever. Whatever
dies in between, asking again with the same claim harms nobody.
"""

from collections.abc import Callable
from dataclasses import replace

from lobby_app.domain.event import Draft
from lobby_app.domain.ports import Claims, UnitOfWork
from lobby_app.domain.replication import ClaimAnswer, ClaimIntent, ClaimVerdict, Link
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.services.called import Called, Taken
from lobby_app.services.desk import Desk

Chooser = Callable[[UnitOfWork, frozenset[str]], tuple[Ticket, Draft] | None]
"""Returns whom to call, inside a transaction, None for nobody; never one of these tickets."""
ATTEMPTS = 5
"""How often another ticket is tried when others are faster: as many tellers as one queue has."""
ASKING_MS = 10_000
"""After so long nobody is asking any more: whoever wrote the intent has died."""


def claim_next(desk: Desk, claims: Claims, counter: int, choose: Chooser) -> Called:
    """Call the ticket that `choose` picks as soon as it is granted; no answer calls it here alone.

    A call left over from before is the answer to this wish: nobody is called besides.
    """
    left_over = settle(desk, claims, counter)
    if left_over is not None:
        return Called(left_over)
    gone: frozenset[str] = frozenset()
    taken = None
    for _ in range(ATTEMPTS):
        intent = _intend(desk, choose, gone)
        if intent is None:
            break
        called = _conclude(desk, intent, claims.claim(intent))
        if called.number is not None:
            return called
        taken, gone = called.taken, gone | {intent.draft.ticket or ""}
    return Called(None, taken)


def settle(desk: Desk, claims: Claims, counter: int) -> str | None:
    """Deal with calls of a counter that were asked for and never answered; return what is called.

    A call of another day is over: nobody is asked about it.
    """
    with desk.reader() as work:
        left_over = [intent for intent in work.intents() if intent.draft.counter == counter]
    number = None
    for intent in left_over:
        is_of_today = intent.draft.business_day == desk.business_day()
        answer = claims.claim(intent) if is_of_today else ClaimAnswer(ClaimVerdict.TAKEN)
        number = _conclude(desk, intent, answer).number or number
    return number


def is_apart_from_others(desk: Desk) -> bool:
    """Tell whether other desks call too and nobody can be asked which ticket is whose."""
    return desk.claims is not None and desk.link().link not in (Link.CENTRE, Link.RELAY)


def asked_by_others(work: UnitOfWork, counter: int, now_ms: int) -> frozenset[str]:
    """Return the tickets that other counters of this desk are asking for at this moment."""
    return frozenset(
        intent.draft.ticket or ""
        for intent in work.intents()
        if intent.draft.counter != counter and abs(now_ms - _asked_at(intent)) < ASKING_MS
    )


def _asked_at(intent: ClaimIntent) -> int:
    course = intent.draft.data.get("course")
    at = course.get("first_called_at") if isinstance(course, dict) else None
    return at if isinstance(at, int) else 0


def _intend(desk: Desk, choose: Chooser, gone: frozenset[str]) -> ClaimIntent | None:
    with desk.unit_of_work() as work:
        chosen = choose(work, gone)
        intent = None
        if chosen is not None:
            draft = chosen[1]
            intent = ClaimIntent(draft.claim_id or "", draft)
            work.put_intent(intent)
        work.commit()
    return intent


def _conclude(desk: Desk, intent: ClaimIntent, answer: ClaimAnswer) -> Called:
    """Do what the answer says; the state that the log then has is what counts."""
    draft, counter = intent.draft, intent.draft.counter or 0
    with desk.unit_of_work() as work:
        ticket = work.ticket(draft.ticket or "")
        is_open = ticket is not None and (ticket.state, ticket.generation) == (
            TicketState.WAITING,
            draft.generation,
        )
        is_free = work.at_counter(desk.business_day(), counter) is None
        if answer.verdict is not ClaimVerdict.TAKEN and is_open and is_free:
            granted = answer.verdict is ClaimVerdict.GRANTED
            work.append(draft if granted else _made_alone(draft))
        work.drop_intent(intent.claim_id)
        work.commit()
        ticket = work.ticket(draft.ticket or "")
    if ticket is None:
        return Called(None)
    is_here = ticket.state in (TicketState.CALLED, TicketState.SERVING)
    if is_here and ticket.counter == counter:
        return Called(ticket.number)
    return Called(None, Taken(ticket.number, ticket.counter or answer.counter))


def _made_alone(draft: Draft) -> Draft:
    """Return the call of a counter that got no answer: it says so for ever."""
    course = draft.data.get("course")
    kept = course if isinstance(course, dict) else {}
    return replace(draft, data={**draft.data, "offline": True, "course": {**kept, "offline": True}})
