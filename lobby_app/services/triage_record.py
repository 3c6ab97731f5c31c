"""What a triaged visit leaves in the log: the decision and its rules, never a person's reasons."""

from collections.abc import Iterator

from lobby_app.domain.amounts import amount_band
from lobby_app.domain.customer import Preference
from lobby_app.domain.event import Draft, EventKind
from lobby_app.services.desk import Desk
from lobby_app.services.views import Advice, Session, Visit, Wishes

_SUPERVISOR_ALERTS = frozenset({"supervisor", "security"})


def triage_events(
    desk: Desk, session: Session, visit: Visit, advice: Advice, wishes: Wishes
) -> Iterator[Draft]:
    """Yield the events of one decided visit, in order: triage, override, call for help."""
    recommendation = advice.recommendation
    day, actor = desk.business_day(), session.staff_number
    kind = visit.profile.credential_kind
    yield Draft(
        kind=EventKind.VISIT_TRIAGED,
        actor=actor,
        business_day=day,
        data={
            "visit": visit.visit_id,
            "arrived_at": round(visit.arrived_at.timestamp() * 1000),
            "customer_ref": visit.customer_ref,
            "identified_by": kind.value if kind else "none",
            "business": advice.need.code,
            "amount_band": amount_band(advice.need.amount).value,
            "channel": recommendation.channel,
            "queue": recommendation.queue,
            "priority": recommendation.priority.value,
            "prompt": recommendation.prompt,
            "rules": list(recommendation.rules),
            "alerts": list(recommendation.alerts),
            "policy_version": recommendation.policy_version,
            "diversion_eligible": _is_diversion_eligible(desk, visit, advice, wishes),
        },
    )
    if wishes.override_channel:
        yield Draft(
            kind=EventKind.RECOMMENDATION_OVERRIDDEN,
            actor=actor,
            business_day=day,
            data={
                "visit": visit.visit_id,
                "to": wishes.override_channel,
                "reason": wishes.override_reason,
            },
        )
    # A danger that the greeter named (F7) was called for at once: it is not called for twice.
    if wishes.safety is None and _SUPERVISOR_ALERTS & set(recommendation.alerts):
        yield Draft(
            kind=EventKind.HELP_CALLED,
            actor=actor,
            business_day=day,
            data={"visit": visit.visit_id, "reason": "supervisor"},
        )


def close_without_ticket(
    desk: Desk, session: Session, visit: Visit, advice: Advice, wishes: Wishes
) -> None:
    """Close a visit that needs no ticket: guided, booked, escorted, answered.

    Every such visit carries an outcome code (domain 1 (x)): the action the greeter took.
    """
    with desk.unit_of_work() as work:
        for draft in triage_events(desk, session, visit, advice, wishes):
            work.append(draft)
        work.append(
            Draft(
                kind=EventKind.VISIT_CLOSED,
                actor=session.staff_number,
                business_day=desk.business_day(),
                data={
                    "visit": visit.visit_id,
                    "outcome": advice.action.value,
                    "channel": advice.recommendation.channel,
                },
            )
        )
        work.commit()


def _is_diversion_eligible(desk: Desk, visit: Visit, advice: Advice, wishes: Wishes) -> bool:
    """Tell whether the visit may count in the diversion figure (domain 4.1).

    Elders, people with an access need and people who asked for a person never do, nor does what
    no machine could have done for this amount and these papers; only this one
    bit is stored, so the log cannot tell which of the three it was.
    """
    helped = visit.customer.needs_help or wishes.needs_help or wishes.care
    if visit.profile.is_elder or visit.customer.access or wishes.access or helped:
        return False
    if Preference.HUMAN in (wishes.preference, visit.customer.preference):
        return False
    if Preference.CASH in (wishes.preference, visit.customer.preference):
        return False
    answer, channels = advice.recommendation, desk.policy.channels
    # A machine could have done it: it is offered, or it would have been but is down (R61).
    ways = (answer.channel, *answer.alternatives)
    return "R61" in answer.rules or any(channels[way].self_service for way in ways)
