"""Who may sign on at a demo desk; numbers and PINs are in the README."""

from lobby_app.demo.data import demo_table
from lobby_app.domain.branch import StaffMember
from lobby_app.domain.text import Text


def demo_staff() -> tuple[StaffMember, ...]:
    """Return the staff of the demo branch."""
    return tuple(
        StaffMember(entry["number"], Text(entry["zh"], entry["en"]), entry["pin_hash"])
        for entry in demo_table("staff")["staff"]
    )
