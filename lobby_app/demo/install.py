"""Puts the demo branch into a desk: staff, machines, customers and bookings of the day."""

from datetime import date

from lobby_app.demo.appointments import demo_appointments
from lobby_app.demo.customers import demo_customers
from lobby_app.demo.numbers import Token
from lobby_app.demo.staff import demo_staff
from lobby_app.domain.customer_ports import CustomerImport
from lobby_app.domain.floor import ChannelState
from lobby_app.services.desk import Desk
from lobby_app.services.floor import set_devices

_MONITOR = "demo"
_SILENT_MACHINE = "stm-3"


def install_demo(desk: Desk, customers: CustomerImport, token: Token, today: date) -> None:
    """Install what is not there yet for `today`; blocking, on the db worker.

    Raises KnownError `cache.*`.
    """
    with desk.unit_of_work() as work:
        work.put_staff(demo_staff())
        reported = work.device_reports(today)
        work.commit()
    if not reported:
        set_devices(desk, _MONITOR, _device_states(desk))
    refreshed = customers.as_of()
    if refreshed is None or refreshed.date() != today:
        records = list(demo_customers(token, today))
        customers.replace_all(records, demo_appointments(records, today), desk.now())


def _device_states(desk: Desk) -> list[tuple[str, ChannelState]]:
    """Return all machines as up, but one that has not been heard of."""
    return [
        (
            machine.device_id,
            ChannelState.UNKNOWN if machine.device_id == _SILENT_MACHINE else ChannelState.UP,
        )
        for machine in desk.branch.machines
    ]
