"""Who came for what on the days before, for the visits that are repeats (domain 4.1)."""

from datetime import date, timedelta

from lobby_app.domain.event import EventKind, parse_body
from lobby_app.domain.kpi_visits import REPEAT_DAYS, Errand
from lobby_app.domain.ports import UnitOfWork


def earlier_errands(work: UnitOfWork, day: date) -> frozenset[Errand]:
    """Return the errands of known customers in the days before `day`, as far as they are kept."""
    found = set()
    for back in range(1, REPEAT_DAYS + 1):
        for event in work.events(day - timedelta(days=back), (EventKind.VISIT_TRIAGED,)):
            body = parse_body(event.body)
            data = body.data if body is not None else {}
            customer, business = data.get("customer_ref"), data.get("business")
            if isinstance(customer, str) and customer and isinstance(business, str):
                found.add((customer, business))
    return frozenset(found)
