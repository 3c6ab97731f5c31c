"""What the tables of the hall and of fairness show: their columns."""

from datetime import datetime

from lobby_app.services.supervision_views import CounterLine, Decision, HalfHour, WaitingLine
from lobby_app.ui.supervisor.row_model import Column, Setting

CLASSES = {"safety": "P0", "care": "P1", "appointment": "P2", "tier": "P3", "ordinary": "P4"}
"""Class letters of domain 4.5; the reason of a class is nobody's business."""
_NEAR = 0.8
"""Share of the promise from which a wait is amber."""
_LONG_SERVICE, _LONG_CALL = 30.0, 3.0
_STATE_ICONS = {
    "serving": ("person", "ok"),
    "called": ("clock", "accent"),
    "free": ("dot", "quiet"),
    "closed": ("lock", "quiet"),
}


def minutes_since(at: datetime, setting: Setting) -> float:
    """Return minutes from a moment until now, never negative."""
    return max(0.0, (setting.now - at).total_seconds() / 60)


def timer(at: datetime | None, setting: Setting) -> str:
    """Return a running time as minutes and seconds, empty for no moment."""
    if at is None:
        return ""
    seconds = max(0, int((setting.now - at).total_seconds()))
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{seconds // 60}:{seconds % 60:02d}"


def promise_share(line: WaitingLine, setting: Setting) -> tuple[float, str]:
    """Return how much of the promise a wait has used, and its level."""
    waited = minutes_since(line.issued_at, setting)
    share = waited / line.promise if line.promise else float(waited > 0)
    if share > 1:
        return share, "red"
    return share, "amber" if share >= _NEAR else "ok"


_PROMISE_ICONS = {"ok": "check", "amber": "clock", "red": "alert"}


def _promise_icon(line: WaitingLine, setting: Setting) -> tuple[str, str]:
    level = promise_share(line, setting)[1]
    return _PROMISE_ICONS[level], level


def _promise_text(line: WaitingLine, setting: Setting) -> str:
    waited = int(minutes_since(line.issued_at, setting))
    return setting.wording("of_promise", waited=waited, promise=round(line.promise))


def letter_of(priority: str) -> str:
    """Return the class letter; a class of a later program is an ordinary one."""
    return CLASSES.get(priority, "P4")


def class_of(priority: str, setting: Setting) -> str:
    """Return the class letter with its word."""
    letter = letter_of(priority)
    return setting.wording("class_word", letter=letter, word=setting.wording(f"class_{priority}"))


def _class_of(line: WaitingLine, setting: Setting) -> str:
    return class_of(line.priority, setting)


def _queue_of(line: WaitingLine, setting: Setting) -> str:
    name = setting.wording.text(line.queue_name)
    if line.counter is None:
        return name
    return setting.wording("kept_for", queue=name, counter=line.counter)


def _business_of(line: WaitingLine, setting: Setting) -> str:
    return setting.wording.text(line.business)


WAITING: tuple[Column[WaitingLine], ...] = (
    Column("column_number", lambda line, _: line.number),
    Column("column_class", lambda line, _: letter_of(line.priority), tip=_class_of),
    Column("column_queue", _queue_of, tip=_queue_of),
    Column("column_business", _business_of, tip=_business_of),
    Column("column_promise", _promise_text, icon=_promise_icon, bar=promise_share, runs=True),
)


def _counter_state(line: CounterLine, setting: Setting) -> str:
    return setting.wording(f"counter_{line.state}")


def _counter_icon(line: CounterLine, setting: Setting) -> tuple[str, str]:
    if line.since is not None and line.state in ("serving", "called"):
        limit = _LONG_SERVICE if line.state == "serving" else _LONG_CALL
        if minutes_since(line.since, setting) > limit:
            return "alert", "amber"
    return _STATE_ICONS[line.state]


def _counter_business(line: CounterLine, setting: Setting) -> str:
    if not line.ticket_number:
        return ""
    business = setting.wording.text(line.business) if line.business is not None else ""
    return setting.wording("dot").join(
        part for part in (CLASSES.get(line.priority, ""), business) if part
    )


def _serves(line: CounterLine, setting: Setting) -> str:
    return setting.wording.text(line.queue_names)


COUNTERS: tuple[Column[CounterLine], ...] = (
    Column("column_counter", lambda line, _: str(line.number), is_number=True),
    Column("column_state", _counter_state, icon=_counter_icon, runs=True),
    Column("column_ticket", lambda line, _: line.ticket_number),
    Column("column_time", lambda line, s: timer(line.since, s), runs=True, is_number=True),
    Column("column_business", _counter_business, tip=_counter_business),
    Column("column_serves", _serves, tip=_serves),
    Column("column_staff", lambda line, _: line.staff),
)


def _overtaken(decision: Decision, setting: Setting) -> str:
    if not decision.overtaken:
        return ""
    return setting.wording("times", count=decision.overtaken)


def _overtaken_icon(decision: Decision, _: Setting) -> tuple[str, str] | None:
    return ("alert", "amber") if decision.overtaken else None


DECISIONS: tuple[Column[Decision], ...] = (
    Column("column_called", lambda d, s: s.wording.clock(d.called_at)),
    Column("column_number", lambda d, _: d.number),
    Column("column_class", lambda d, s: class_of(d.priority, s)),
    Column("column_queue", lambda d, s: s.wording.text(d.queue_name)),
    Column("column_counter", lambda d, _: str(d.counter), is_number=True),
    Column(
        "column_waited",
        lambda d, s: s.wording("minutes_one", minutes=round(d.waited)),
        is_number=True,
    ),
    Column("column_overtaken", _overtaken, icon=_overtaken_icon),
    Column(
        "column_why", lambda d, s: s.wording.text(d.why), tip=lambda d, s: s.wording.text(d.why)
    ),
)


def heat_level(half: HalfHour) -> float:
    """Return how busy a half-hour is against its forecast: 0 as expected or less, 1 double."""
    count = half.arrived if half.arrived is not None else half.expected
    if count is None or not half.expected:
        return 0.0
    return max(0.0, min(1.0, count / half.expected - 1))
