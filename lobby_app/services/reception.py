"""From a scan to a person, and from a person and a need to one recommendation."""

from dataclasses import replace
from datetime import date, datetime

from lobby_app.domain.branch import BookedAppointment
from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.domain.customer import (
    ANONYMOUS,
    Customer,
    CustomerRecord,
    Flag,
    Medium,
    Tier,
    Title,
)
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.floor import Appointment
from lobby_app.domain.text import Language
from lobby_app.services.desk import Desk
from lobby_app.services.floor import recent_ticket
from lobby_app.services.views import Identified, Profile, ScannedTicket, Session, Visit

_ID_KINDS = frozenset(
    {
        CredentialKind.RESIDENT_ID,
        CredentialKind.RESIDENCE_PERMIT,
        CredentialKind.FOREIGNER_CARD,
        CredentialKind.TRAVEL_DOCUMENT,
        CredentialKind.DRIVING_LICENCE,
    }
)


def identify(
    desk: Desk, session: Session, raw_text: str
) -> Identified | ScannedTicket | Unreadable:
    """Turn a raw scan into a visit; every profile shown is an event (domain 1 (v)).

    A scan that nobody in the cache owns still opens a visit (rule R01). A ticket of today is
    returned as such.
    """
    credential = desk.scan(raw_text)
    if isinstance(credential, Unreadable):
        return credential
    if credential.kind is CredentialKind.TICKET_CODE:
        return _scanned_ticket(desk, credential)
    today = desk.business_day()
    booking = None
    if credential.kind is CredentialKind.APPOINTMENT_CODE:
        booking = desk.customers.appointment(credential.reference or "", today)
        if booking is None:
            return Unreadable("appointment_unknown")
        record = desk.customers.get(booking.customer_ref) if booking.customer_ref else None
    else:
        record = _record_of(desk, credential)
    if record is not None and booking is None:
        booking = desk.customers.appointment_of(record.customer_ref, today)
    visit = _visit(desk, credential, record, booking)
    if record is not None:
        _note_view(desk, session, visit)
    return Identified(visit, _tiles(desk, visit, booking))


def anonymous(desk: Desk) -> Identified:
    """Open a visit without a credential: a ticket is never refused (rule R01)."""
    visit = _visit(desk, None, None, None)
    return Identified(visit, _tiles(desk, visit, None))


def _record_of(desk: Desk, credential: Credential) -> CustomerRecord | None:
    if credential.kind is CredentialKind.CUSTOMER_CODE and credential.reference:
        return desk.customers.get(credential.reference)
    # A customer of another branch is asked for; without an answer in time nobody is known.
    return desk.customers.find(credential.token) or desk.look_up(credential.token)


def _scanned_ticket(desk: Desk, credential: Credential) -> ScannedTicket | Unreadable:
    with desk.reader() as work:
        tickets = work.tickets(desk.business_day())
    for ticket in tickets:
        if ticket.qr_token == credential.reference:
            return ScannedTicket(recent_ticket(desk, ticket))
    return Unreadable("ticket_unknown")


def _note_view(desk: Desk, session: Session, visit: Visit) -> None:
    kind = visit.profile.credential_kind
    with desk.unit_of_work() as work:
        work.append(
            Draft(
                kind=EventKind.PROFILE_VIEWED,
                actor=session.staff_number,
                business_day=desk.business_day(),
                data={
                    "visit": visit.visit_id,
                    "customer_ref": visit.customer_ref,
                    "identified_by": kind.value if kind else "none",
                },
            )
        )
        work.commit()


def _visit(
    desk: Desk,
    credential: Credential | None,
    record: CustomerRecord | None,
    booking: BookedAppointment | None,
) -> Visit:
    now = desk.now()
    age_days = _age_in_days(record.tier_as_of, now.date()) if record else None
    customer = _customer(record, credential, now.date())
    starts_at = _starts_at(booking, now)
    return Visit(
        visit_id=desk.new_id(),
        arrived_at=now,
        customer=customer,
        customer_ref=record.customer_ref if record else None,
        cache_age_days=age_days,
        appointment=_appointment(booking, starts_at, now),
        profile=_profile(desk, credential, record, customer, age_days, starts_at),
        usual_businesses=record.usual_businesses if record else (),
    )


def _customer(record: CustomerRecord | None, credential: Credential | None, day: date) -> Customer:
    if record is None:
        # What the document in hand proves may help the person: age gives care priority.
        media = {Medium.ID_DOCUMENT} if credential and credential.kind in _ID_KINDS else set()
        if credential and credential.kind is CredentialKind.PAYMENT_CARD:
            media = {Medium.CARD}
        flags = {Flag.DOC_EXPIRED} if credential and credential.expired else set()
        return replace(
            ANONYMOUS,
            age=credential.age if credential else None,
            media=frozenset(media),
            flags=frozenset(flags),
        )
    expired = {Flag.DOC_EXPIRED} if credential and credential.expired else set()
    return Customer(
        known=True,
        tier=record.tier,
        age=_full_years(record.birth_date, day),
        potential=record.potential,
        aum=record.aum,
        device_skill=record.device_skill,
        mobile_active=record.mobile_active,
        mobile_limit=record.mobile_limit,
        media=record.media,
        flags=record.flags | expired,
        access=record.access,
        needs_help=record.needs_help,
        relationship_stage=record.relationship_stage,
        aum_change_90d_percent=record.aum_change_90d_percent,
        days_to_maturity=_days_until(record.next_maturity, day),
    )


def _profile(
    desk: Desk,
    credential: Credential | None,
    record: CustomerRecord | None,
    customer: Customer,
    age_days: int | None,
    starts_at: datetime | None,
) -> Profile:
    limits = desk.policy.thresholds
    stale = record is not None and (age_days is None or age_days > limits.cache_valid_days)
    tier = Tier.UNKNOWN if stale else customer.tier
    verify = {Flag.COUNTER_VERIFY, Flag.LEGAL_HOLD}
    return Profile(
        display_name=record.masked_name if record else "",
        surname=record.surname if record else "",
        title=record.title if record else (credential.title if credential else Title.NONE),
        tier=tier,
        tier_name=desk.policy.tiers[tier],
        credential_kind=credential.kind if credential else None,
        credential_mask=credential.mask if credential else "",
        warnings=credential.warnings if credential else (),
        data_age_days=age_days,
        tier_is_stale=stale,
        manager_name=record.manager_name if record else "",
        language=record.language if record else Language.ZH,
        is_known=record is not None,
        document_expired=Flag.DOC_EXPIRED in customer.flags,
        needs_counter_verify=bool(verify & customer.flags),
        appointment_at=starts_at,
        is_elder=customer.age is not None and customer.age >= limits.elder_age,
    )


def _tiles(desk: Desk, visit: Visit, booking: BookedAppointment | None) -> tuple[str, ...]:
    """Return the business codes to offer: booked, then usual, then the policy's, no repeats."""
    booked = (booking.business,) if booking and visit.appointment else ()
    ordered = dict.fromkeys((*booked, *visit.usual_businesses, *desk.policy.tiles))
    return tuple(code for code in ordered if code in desk.policy.businesses)


def _starts_at(booking: BookedAppointment | None, now: datetime) -> datetime | None:
    if booking is None:
        return None
    return datetime.fromisoformat(booking.starts_at).replace(tzinfo=now.tzinfo)


def _appointment(
    booking: BookedAppointment | None, starts_at: datetime | None, now: datetime
) -> Appointment | None:
    if booking is None or starts_at is None:
        return None
    return Appointment(round((now - starts_at).total_seconds() / 60), booking.channel)


def _age_in_days(iso_day: str, today: date) -> int:
    return max(0, (today - date.fromisoformat(iso_day)).days)


def _days_until(iso_day: str | None, today: date) -> int | None:
    return (date.fromisoformat(iso_day) - today).days if iso_day else None


def _full_years(iso_birth: str | None, today: date) -> int | None:
    if not iso_birth:
        return None
    birth = date.fromisoformat(iso_birth)
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
