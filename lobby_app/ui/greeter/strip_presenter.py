"""From the state of the desk to the words of the strip."""

from datetime import datetime

from lobby_app.domain.link import UNSYNCED_MINUTES, Link, LinkStatus
from lobby_app.domain.ports import PrinterProblem, PrinterStatus
from lobby_app.services.views import DeskStatus, StoreState
from lobby_app.ui.greeter.desk_state import DeskState
from lobby_app.ui.greeter.status_strip import StatusStrip
from lobby_app.ui.i18n import Wording
from lobby_app.ui.link import clock_words, problem_sentence, problem_words
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import set_icon, set_text


class StripPresenter:
    """Writes DeskState into the strip."""

    def __init__(self, strip: StatusStrip) -> None:
        self._strip = strip

    def show(
        self, desk: DeskState, last_scan: datetime | None, wording: Wording, theme: Theme
    ) -> None:
        """Show what is known; items nobody knows yet are left out."""
        strip, status = self._strip, desk.status
        for item in strip.items.values():
            item.setVisible(status is not None)
        strip.show_language(wording)
        strip.check.setVisible(status is not None)
        strip.person.setVisible(desk.session is not None and status is not None)
        strip.demo.setVisible(status is not None and status.is_demo)
        set_text(strip.demo, wording("demo"))
        if status is None:
            return
        if desk.session is not None:
            name = wording(
                "at_branch", branch=wording.text(status.branch), number=desk.session.staff_number
            )
            set_text(strip.person, name)
        said, picture, level = check_text(status, wording)
        set_text(strip.check, said)
        set_icon(strip.check, picture, getattr(theme.palette, level), round(16 * theme.factor))
        at = desk.floor.at if desk.floor is not None else None
        for name, shown in self._items(status, desk, last_scan, at, wording):
            strip.items[name].show_item(*shown, theme)
        strip.items["network"].explain(problem_sentence(status.link, wording))

    def _items(
        self,
        status: DeskStatus,
        desk: DeskState,
        last_scan: datetime | None,
        now: datetime | None,
        wording: Wording,
    ) -> list[tuple[str, tuple[str, str, str]]]:
        return [
            ("network", network_text(status, now, wording)),
            ("unsent", unsent_text(status, now, wording)),
            ("data", data_text(status, now, wording)),
            (
                "store",
                (wording(f"store_{status.store.value}"), "shield", _STORE_LEVEL[status.store]),
            ),
            ("printer", printer_text(desk.printer, wording)),
            ("reader", reader_text(last_scan, wording)),
        ]


_STORE_LEVEL = {
    StoreState.ENCRYPTED: "ok",
    StoreState.KEY_FILE: "quiet",
    StoreState.NO_KEY_STORE: "red",
}


def network_text(
    status: DeskStatus, now: datetime | None, wording: Wording
) -> tuple[str, str, str]:
    """Return words, icon and level of our own link; what operations have to know comes first."""
    link = status.link
    problem, off = problem_words(link, wording), clock_words(link, wording)
    if problem:
        return problem, "alert", "red"
    words, icon, level = _link_words(link, now, wording)
    if off:
        return wording("dot").join((words, off)), icon, "amber"
    return words, icon, level


def _link_words(link: LinkStatus, now: datetime | None, wording: Wording) -> tuple[str, str, str]:
    if link.link is Link.CENTRE:
        return wording("online"), "network", "ok"
    if link.link is Link.RELAY:
        return wording("online_relay"), "network", "amber"
    since = link.since or link.last_exchange
    if link.link is Link.ALONE or since is None or now is None:
        level = "quiet" if link.link is Link.ALONE else "amber"
        return wording("offline"), "offline", level
    return wording("offline_since", at=wording.since(since, now)), "offline", "amber"


def unsent_text(status: DeskStatus, now: datetime | None, wording: Wording) -> tuple[str, str, str]:
    """Return words, icon and level of what the centre has not confirmed."""
    if not status.unsent or status.oldest_unsent is None or now is None:
        return wording("unsent", count=status.unsent), "outbox", "quiet"
    minutes = (now - status.oldest_unsent).total_seconds() / 60
    is_late = status.link.link is not Link.ALONE and minutes > UNSYNCED_MINUTES
    age = wording.span(status.oldest_unsent, now)
    words = wording("unsent_since", count=status.unsent, age=age)
    return words, "outbox", "amber" if is_late else "quiet"


def data_text(status: DeskStatus, now: datetime | None, wording: Wording) -> tuple[str, str, str]:
    """Return words, icon and level of the customers' reference data."""
    if status.data_as_of is None or now is None:
        return wording("data_none"), "database", "amber"
    return wording("data_of", at=wording.since(status.data_as_of, now)), "database", "quiet"


def check_text(status: DeskStatus, wording: Wording) -> tuple[str, str, str]:
    """Return words, icon and level of the self-check at the start of the day."""
    check = status.self_check
    if not check.passed:
        return wording("check_failed"), "alert", "red"
    if check.notices:
        return wording("check_notice"), "alert", "amber"
    return wording("check_passed"), "check", "ok"


def printer_text(status: PrinterStatus | None, wording: Wording) -> tuple[str, str, str]:
    """Return words, icon and level of the ticket printer."""
    said = wording.messages
    if status is None:
        return said("printer.status_asking"), "printer", "quiet"
    if status.problems:
        level = "amber" if status.problems[0] is PrinterProblem.NO_FEEDBACK else "red"
        return said(f"printer.status_{status.problems[0].value}"), "printer", level
    if status.near_end:
        return said("printer.status_near_end"), "printer", "amber"
    return said("printer.status_ready"), "printer", "ok"


def reader_text(last_scan: datetime | None, wording: Wording) -> tuple[str, str, str]:
    """Return words, icon and level of the reader: a wedge tells no more than its last scan."""
    if last_scan is None:
        return wording("reader_ready"), "reader", "quiet"
    return wording("reader_last", at=wording.clock(last_scan)), "reader", "ok"
