"""The small registers of the lobby: complaints, help given to elders, calls for the supervisor."""

from lobby_app.domain.event import Draft, EventKind
from lobby_app.services.desk import Desk
from lobby_app.services.views import Session, Visit


def register_complaint(desk: Desk, session: Session, visit: Visit | None, category: str) -> str:
    """Register a complaint and return its number, for example `C1-1124-003`.

    The customer keeps every ticket position (case TC045): nothing else is touched.
    """
    day = desk.business_day()
    with desk.unit_of_work() as work:
        earlier = len(work.events(day, [EventKind.COMPLAINT_REGISTERED]))
        number = f"C{desk.slot}-{day:%m%d}-{earlier + 1:03d}"
        work.append(
            Draft(
                kind=EventKind.COMPLAINT_REGISTERED,
                actor=session.staff_number,
                business_day=day,
                data={"number": number, "category": category, **_about(visit)},
            )
        )
        work.commit()
    return number


def log_assistance(desk: Desk, session: Session, visit: Visit | None, kind: str) -> None:
    """Note that somebody was taught or accompanied; never counted as diversion (domain 1 (n))."""
    _note(desk, session, EventKind.ELDER_ASSISTED, {"kind": kind, **_about(visit)})


def call_supervisor(desk: Desk, session: Session, visit: Visit | None, reason: str) -> None:
    """Call the supervisor to the door."""
    _note(desk, session, EventKind.HELP_CALLED, {"reason": reason, **_about(visit)})


def _about(visit: Visit | None) -> dict[str, object]:
    return {"visit": visit.visit_id if visit else None}


def _note(desk: Desk, session: Session, kind: EventKind, data: dict[str, object]) -> None:
    with desk.unit_of_work() as work:
        work.append(
            Draft(
                kind=kind,
                actor=session.staff_number,
                business_day=desk.business_day(),
                data=data,
            )
        )
        work.commit()
