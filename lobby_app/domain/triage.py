"""The decision table (domain 3.3): one visit in, one recommendation out. Pure and total.

Rules are tried in the fixed order of principles — safety, law and restrictions, documents, the
stated wish, access and age, feasibility, appointment, tier, speed. A later one never overrides an
earlier one. Potential, contribution and sales targets do not appear.
"""

from collections.abc import Callable

from lobby_app.domain.business import Need, Policy, Priority
from lobby_app.domain.customer import Access, Customer, Flag, Tier
from lobby_app.domain.documents import catalogue_documents, documents_for
from lobby_app.domain.explanation import explain
from lobby_app.domain.floor import Floor
from lobby_app.domain.human_path import human_path
from lobby_app.domain.next_best_action import next_best_action
from lobby_app.domain.outcome import Outcome
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.self_service import (
    CASH_RECYCLER,
    MOBILE,
    SMART_TELLER,
    TERMINAL,
    candidates,
    usable,
)
from lobby_app.domain.situation import CARE, ESCORTED, NEEDS_PERSON, SAFETY, Situation

_GO = {
    CASH_RECYCLER: "go_cash_recycler",
    SMART_TELLER: "go_smart_teller",
    TERMINAL: "go_self_service_terminal",
    MOBILE: "go_mobile_bank",
}
_SALES = frozenset({"wealth_product", "advisory", "insurance", "risk_assessment", "term_deposit"})
_MACHINE_RULE = {TERMINAL: "R43", SMART_TELLER: "R44", MOBILE: "R45"}
# R44x has a reason of its own and is logged as R44 (domain 3.3).
_LOGGED_AS = {"R44x": "R44"}


def recommend(customer: Customer, need: Need, floor: Floor, policy: Policy) -> Recommendation:
    """Return the one channel to suggest with reason, documents and the human way.

    Total: every input, however odd, leads to a recommendation that lists or is a human path
    (无障碍环境建设法 art. 39; 商业银行法 art. 29).
    """
    situation = Situation(customer, need, floor, policy)
    for rule in _RULES:
        outcome = rule(situation)
        if outcome is not None:
            return _assembled(situation, outcome)
    alerts, rules = _suitability(situation)
    return _assembled(situation, human_path(situation, (), rules=rules, alerts=alerts))


def _assembled(s: Situation, outcome: Outcome) -> Recommendation:
    """Add what every answer carries: priority, context rules, reason and policy version."""
    entry = s.policy.channels.get(outcome.channel)
    queue = outcome.channel if outcome.ticket and entry is not None and entry.queued else None
    rules = tuple(dict.fromkeys((*_context_rules(s), *outcome.rules)))
    return Recommendation(
        channel=outcome.channel,
        queue=queue,
        ticket=queue is not None,
        priority=s.priority,
        prompt=outcome.prompt,
        alternatives=tuple(dict.fromkeys(outcome.alternatives)),
        human_alternative=outcome.channel if entry is not None and entry.human else s.human_channel,
        documents=documents_for(s) if outcome.documents is None else outcome.documents,
        alerts=tuple(dict.fromkeys(outcome.alerts)),
        next_best_action=next_best_action(s) if outcome.may_remind else None,
        rules=tuple(dict.fromkeys(_LOGGED_AS.get(rule, rule) for rule in rules)),
        reason=explain(s, rules),
        policy_version=s.policy.version,
    )


def _context_rules(s: Situation) -> tuple[str, ...]:
    """Return the rules that only note a circumstance: R01, R02, R23, R90."""
    rules = []
    if s.floor.offline:
        rules.append("R02")
    if not s.customer.known:
        rules.append("R01")
    if (CARE - NEEDS_PERSON) & s.customer.access:
        rules.append("R23")
    if s.priority is Priority.APPOINTMENT:
        rules.append("R90")
    return tuple(rules)


def _safety(s: Situation) -> Outcome | None:
    """R00: fraud in progress, medical, security come before everything."""
    flags = SAFETY & s.customer.flags
    if not flags:
        return None
    alerts = ("supervisor", "security") if Flag.SECURITY in flags else ("supervisor",)
    prompt = "scam_stop" if Flag.SCAM_SIGNS in flags else "safety"
    return Outcome("floor_manager", prompt, ("R00",), alerts=alerts, documents=(), may_remind=False)


def _complaint(s: Situation) -> Outcome | None:
    """R31: the manager comes; any ticket keeps its place."""
    if s.need.code != "complaint":
        return None
    return Outcome(
        "floor_manager",
        "manager_coming",
        ("R31",),
        alerts=("supervisor",),
        documents=(),
        may_remind=False,
    )


def _question(s: Situation) -> Outcome | None:
    """R32: answered on the spot."""
    if s.need.code != "question":
        return None
    return Outcome("greeter", "answer_here", ("R32",), documents=())


def _in_person(s: Situation) -> Outcome | None:
    """R12: somebody acts for a person in a business that the law wants done in person."""
    if not (s.need.agent and s.business.in_person):
        return None
    immobile = Access.IMMOBILE_ABSENT in s.customer.access
    channel, prompt = (
        ("home_visit", "home_visit")
        if immobile
        else (
            "appointment",
            "in_person_required",
        )
    )
    documents = catalogue_documents(s)
    return Outcome(channel, prompt, ("R12",), documents=documents, may_remind=False)


def _documents_missing(s: Situation) -> Outcome | None:
    """R13: everything is told once; a ticket only if the customer insists."""
    if not s.customer.missing_documents & set(documents_for(s)):
        return None
    return Outcome(
        "appointment",
        "documents_missing",
        ("R13",),
        alternatives=(s.human_channel,),
        may_remind=False,
    )


def _cash_booking(s: Situation) -> Outcome | None:
    """R40c: large cash without booking and without stock is offered, never refused (art. 29)."""
    if not _is_large_withdrawal(s) or s.floor.appointment is not None or s.floor.cash_stock_ok:
        return None
    return Outcome(
        "appointment",
        "book_cash",
        ("R40c",),
        alternatives=("partial_cash", "transfer"),
        may_remind=False,
    )


def _is_large_withdrawal(s: Situation) -> bool:
    return (
        s.need.code == "cash_withdrawal"
        and s.need.currency == "CNY"
        and s.need.amount > s.policy.thresholds.withdrawal_booking_above
    )


def _foreign_cash(s: Situation) -> Outcome | None:
    """R47: the branch has no such notes today."""
    if s.need.code != "fx_cash" or s.floor.fx_cash_stocked:
        return None
    return Outcome(
        "appointment", "fx_referral", ("R47",), alternatives=("other_branch",), may_remind=False
    )


def _escort(s: Situation) -> Outcome | None:
    """R51: private and diamond customers with advisory business are led to a room, no number."""
    if s.tier not in ESCORTED or s.need.code not in _SALES or s.must_verify:
        return None
    if s.wants_machine and _machines(s):
        return None
    in_centre = s.tier is Tier.PRIVATE and s.floor.private_banking_on_site
    alerts, rules = _suitability(s)
    return Outcome(
        "private_banking" if in_centre else "wealth_room",
        "escort",
        ("R51", *rules),
        ticket=False,
        alternatives=() if in_centre else ("appointment",),
        alerts=alerts,
    )


def _suitability(s: Situation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """R50/R55: special care for older investors; orders after the cut-off count as T+1."""
    if s.need.code != "wealth_product":
        return (), ()
    limits, age = s.policy.thresholds, s.customer.age
    special = (
        age is not None and age >= limits.investor_elder_age and (s.need.product_risk or 0) >= 3
    )
    rules = ("R50", "R55") if s.floor.time > limits.wealth_cutoff else ("R50",)
    return (("special_care",) if special else ()), rules


def _machines(s: Situation) -> tuple[str, ...]:
    return usable(s, candidates(s))


def _person_first(s: Situation) -> Outcome | None:
    """Everything that leads to a person before speed is asked: R14, R10, R46, R21/22, R20, R54."""
    alerts, suitability = _suitability(s)
    rules: list[str] = []
    if s.scam_check:
        rules.append("R46")
        alerts = ("supervisor", *alerts)
    if _is_large_withdrawal(s):
        rules.append("R40c")
        if s.floor.appointment is None:
            alerts = ("supervisor", *alerts)
    if NEEDS_PERSON & s.customer.access and s.is_protected:
        rules.append("R22")
    elif s.is_protected:
        rules.append("R21")
    conditions = (
        (s.must_verify, "R10"),
        (s.is_minor, "R14"),
        (s.wants_person, "R20"),
        (_vip_counter_is_quick(s), "R54"),
        (s.document_expired and not candidates(s), "R11"),
    )
    rules += [rule for holds, rule in conditions if holds]
    if not rules:
        return None
    return human_path(s, _machines(s), rules=(*suitability, *rules), alerts=alerts)


def _vip_counter_is_quick(s: Situation) -> bool:
    """R54: a dedicated counter that is free soon; nobody is overtaken there.

    Hours come before tier (3.1): after closing nobody is led past a machine that works.
    """
    return (
        s.human_channel == "vip_counter"
        and not s.is_closed
        and s.wait("vip_counter") <= s.policy.thresholds.vip_counter_wait_minutes
        and not s.wants_machine
    )


def _device_down(s: Situation) -> Outcome | None:
    """R61: a machine would have done it, but all are down; ask for a counter when people wait."""
    if not candidates(s) or _machines(s):
        return None
    long = s.wait(s.human_channel) > s.policy.thresholds.open_counter_wait_minutes
    busy = long and not s.is_closed
    alerts, rules = _suitability(s)
    return human_path(
        s, (), rules=("R61", *rules), alerts=(*alerts, "open_window") if busy else alerts
    )


def _machine_queue_longer(s: Situation) -> Outcome | None:
    """R44 (44x): only the smart teller remains and its queue is longer than the counter's.

    Hours come before speed (3.1): after closing the machine's queue is the only one.
    """
    margin = s.policy.thresholds.machine_queue_margin_minutes
    longer = s.wait(SMART_TELLER) > s.wait(s.human_channel) + margin
    if _machines(s) != (SMART_TELLER,) or not longer or s.wants_machine or s.is_closed:
        return None
    return human_path(s, (SMART_TELLER,), rules=("R44x",))


def _machine(s: Situation) -> Outcome | None:
    """R40a, R41, R43, R44, R45: the first machine that can; the person stays an alternative."""
    machines = _machines(s)
    if not machines:
        return None
    channel = machines[0]
    assisted = s.device_skill == 1 and channel != MOBILE
    rule = _MACHINE_RULE.get(channel, "R45")
    if channel == CASH_RECYCLER:
        rule = "R40a" if s.need.code == "cash_withdrawal" else "R41"
    alerts, notes = _suitability(s)
    if s.document_expired:
        notes = (*notes, "R11")
    return Outcome(
        channel,
        "assist_at_device" if assisted else _GO.get(channel, "go_mobile_bank"),
        (*notes, rule),
        ticket=False,
        alternatives=(*machines[1:], s.human_channel),
        alerts=alerts,
    )


_RULES: tuple[Callable[[Situation], Outcome | None], ...] = (
    _safety,
    _complaint,
    _question,
    _in_person,
    _documents_missing,
    _cash_booking,
    _foreign_cash,
    _escort,
    _person_first,
    _device_down,
    _machine_queue_longer,
    _machine,
)
