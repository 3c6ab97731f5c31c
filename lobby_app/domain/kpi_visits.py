"""The day's figures that are about visits (domain 4.1): machines, persons refused, who came again.

Elders, people with an access need and people who asked for a person never appear in a diversion
figure: see `kpi`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lobby_app.domain.share import Share
from lobby_app.domain.stories import MINUTE_MS, DayStory, VisitStory

REPEAT_DAYS = 7
_RETURN_WITHIN_MS = 30 * MINUTE_MS
_PERSON_DUE = frozenset({"R20", "R21", "R22"})
Errand = tuple[str, str]
"""Who came for what: customer reference and business."""


@dataclass(frozen=True, slots=True)
class Diversion:
    """Machines and phone among the visits that may count.

    `success`: diverted visits without a ticket for the same business within half an hour.
    """

    share: Share
    success: Share


def diversion_of(day: DayStory, self_service: frozenset[str]) -> Diversion:
    """Return machines and phone among the visits that may count, and how they fared."""
    eligible = [visit for visit in day.visits if visit.counts_for_diversion]
    diverted = [visit for visit in eligible if visit.channel in self_service]
    tickets: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    for ticket in day.tickets:
        tickets[ticket.customer_ref, ticket.business].append(ticket.issued)
    came_back = sum(
        visit.customer_ref is not None
        and any(
            0 <= issued - visit.at <= _RETURN_WITHIN_MS
            for issued in tickets.get((visit.customer_ref, visit.business), ())
        )
        for visit in diverted
    )
    return Diversion(
        Share(len(diverted), len(eligible)), Share(len(diverted) - came_back, len(diverted))
    )


def persons_refused(visits: Iterable[VisitStory], self_service: frozenset[str]) -> int:
    """Return the visits that were due, or asked for, a person and got a machine."""
    return sum(
        bool(_PERSON_DUE & set(visit.rules))
        and visit.channel in self_service
        and visit.override != "customer_wish"
        for visit in visits
    )


def repeat_visits(visits: Iterable[VisitStory], earlier: frozenset[Errand]) -> Share:
    """Return who came again for the same business, of the visits of customers that are known.

    `earlier`: errands of the REPEAT_DAYS days before this one. Again today is again.
    """
    known = [(v.at, v.visit, v.customer_ref, v.business) for v in visits if v.customer_ref]
    seen, again = set(earlier), 0
    for _, _, customer, business in sorted(known):
        again += (customer, business) in seen
        seen.add((customer, business))
    return Share(again, len(known))
