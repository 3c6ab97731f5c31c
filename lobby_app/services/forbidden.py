"""What an answer must never be: each `must_not` of a worked case as a predicate that can fail."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from lobby_app.domain.business import Need, Policy, Priority
from lobby_app.domain.customer import Access, Customer, Flag
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.domain.floor import Floor
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.triage import recommend
from lobby_app.resources import resource

_PRODUCT_REMINDERS = frozenset({"tier_near", "potential_rm", "churn_care"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A recommendation together with the question it answers."""

    customer: Customer
    need: Need
    floor: Floor
    policy: Policy
    result: Recommendation

    def texts(self) -> str:
        """Return every sentence the greeter would see for this answer, in both languages."""
        r, p = self.result, self.policy
        parts = [r.reason, p.prompts[r.prompt], *(p.documents[d] for d in r.documents)]
        parts += [p.alerts[a] for a in r.alerts]
        if r.next_best_action:
            parts.append(p.next_best_actions[r.next_best_action])
        return "\n".join(f"{text.zh}\n{text.en}" for text in parts).lower()

    def again(self, **customer: object) -> Recommendation:
        """Return the recommendation with some of the customer's facts changed."""
        changed = replace(self.customer, **customer)  # type: ignore[arg-type]
        return recommend(changed, self.need, self.floor, self.policy)


def _self_service(a: Answer) -> bool:
    return a.policy.channels[a.result.channel].self_service


def _no_person(a: Answer) -> bool:
    """No way to a person: neither the channel nor any alternative nor the human alternative."""
    ways = (a.result.channel, a.result.human_alternative, *a.result.alternatives)
    return not any(a.policy.channels[way].human for way in ways)


def _counter_refused(a: Answer) -> bool:
    return a.result.human_alternative != "cash_counter" or a.result.channel == "appointment"


def _minimum_amount(a: Answer) -> bool:
    """A wish for the counter is granted above some amount but not at this one."""
    larger = recommend(a.customer, replace(a.need, amount=30_000), a.floor, a.policy)
    return larger.channel == "cash_counter" and a.result.channel != "cash_counter"


def _in_diversion_figure(a: Answer) -> bool:
    age = a.customer.age
    is_elder = age is not None and age >= a.policy.thresholds.elder_age
    return _self_service(a) or not is_elder


def _refused(a: Answer) -> bool:
    serves_later = a.result.channel == "appointment" and not a.result.alternatives
    return _no_person(a) or serves_later


@cache
def _words(kind: str) -> tuple[str, ...]:
    path = resource("cases", "words.toml")
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))[kind])


def _says(kind: str) -> Callable[[Answer], bool]:
    return lambda a: any(word in a.texts() for word in _words(kind))


def _reason_revealed(a: Answer) -> bool:
    """The answer betrays the flag: by a word, or by differing from the other neutral flag's."""
    neutral = {Flag.COUNTER_VERIFY, Flag.LEGAL_HOLD}
    rest = a.customer.flags - neutral
    versions = {
        (other.reason, other.prompt, other.channel)
        for other in (a.again(flags=rest | {flag}) for flag in neutral)
    }
    return len(versions) > 1 or _says("telling")(a)


def _doomed_ticket(a: Answer) -> bool:
    return a.result.ticket or a.result.queue is not None


def _presence_demanded(a: Answer) -> bool:
    immobile = Access.IMMOBILE_ABSENT in a.customer.access
    return immobile and (a.result.channel != "home_visit" or a.result.ticket)


def _shared_queue_entered(a: Answer) -> bool:
    return a.result.queue in ("cash_counter", "service_counter")


def _outflow_obstructed(a: Answer) -> bool:
    """Falling assets change the way out: another channel, more papers or an alarm."""
    steady = a.again(aum_change_90d_percent=0.0)
    now = a.result
    return (now.channel, now.queue, now.documents, now.alerts) != (
        steady.channel, steady.queue, steady.documents, steady.alerts,
    )  # fmt: skip


def _two_tier_calls_in_a_row(a: Answer) -> bool:
    """After a tier call at a shared counter a fresher tier ticket passes an ordinary one."""
    waiting = (
        WaitingTicket("1", "1", "hall", Priority.ORDINARY, 0.0),
        WaitingTicket("2", "2", "hall", Priority.TIER, 2.0),
    )
    counter = FreeCounter(("hall",), shared=True, history=(Priority.TIER,))
    choice = choose(waiting, counter, 10.0, a.policy.thresholds)
    return choice is None or choice.ticket.priority is Priority.TIER


def _priority_by_potential(a: Answer) -> bool:
    plain = a.again(potential=0)
    now = a.result
    return (now.priority, now.queue, now.channel) != (plain.priority, plain.queue, plain.channel)


def _sound_only(a: Answer) -> bool:
    """A hearing-impaired customer's ticket without the care class that calls in person."""
    return Access.HEARING in a.customer.access and a.result.priority is not Priority.CARE


def _identity_required(a: Answer) -> bool:
    return not a.customer.known and (not a.result.ticket and not _self_service(a))


FORBIDDEN: Mapping[str, Callable[[Answer], bool]] = {
    "announce_disability": _says("disability"),
    "ask_source_of_funds_by_default": lambda a: (
        "fx_purpose" in a.result.documents or _says("source_of_funds")(a)
    ),
    "audio_only_call": _sound_only,
    "call_two_P3_in_a_row_while_P4_waits": _two_tier_calls_in_a_row,
    "count_in_diversion_kpi": _in_diversion_figure,
    "demand_presence_of_immobile_person": _presence_demanded,
    "force_self_service": _self_service,
    "insert_into_shared_queue": _shared_queue_entered,
    "issue_ticket_that_will_fail": _doomed_ticket,
    "lose_ticket_position": lambda a: a.result.ticket or a.result.queue is not None,
    "minimum_amount_rule": _minimum_amount,
    "obstruct_outflow": _outflow_obstructed,
    "offer_self_service": lambda a: (
        _self_service(a)
        or any(a.policy.channels[way].self_service for way in a.result.alternatives)
    ),
    "operate_for_customer": lambda a: _self_service(a) and a.result.prompt != "assist_at_device",
    "priority_by_potential": _priority_by_potential,
    "product_nba": lambda a: a.result.next_best_action in _PRODUCT_REMINDERS,
    "refuse_cash": lambda a: a.result.channel != "cash_counter",
    "refuse_counter": _counter_refused,
    "refuse_service": _refused,
    "require_account": lambda a: "account_medium" in a.result.documents or not a.result.ticket,
    "require_notary": lambda a: "notarial_certificate" in a.result.documents,
    "require_scan": _identity_required,
    "reveal_reason": _reason_revealed,
    "show_aml_grade": _says("telling"),
    "show_on_wall": lambda a: a.result.ticket or a.result.queue is not None,
}
"""Name → tells whether the answer does what it must not."""
