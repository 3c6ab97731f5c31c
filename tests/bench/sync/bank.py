"""What measured costs mean for 15,000 branches of five desks: the arithmetic, line by line."""

from collections.abc import Iterator

from lobby_app.sync.worker import BUSY_S, CALM_S, QUIET_S
from tests.bench.sync.idle import ServerCosts

BRANCHES, DESKS = 15_000, 5
_EVENTS_A_DAY = 25_000_000
_BUSIEST_SHARE, _BURST = 0.15, 2
_HEADROOM = 2
_GATEWAY_CONNECTIONS = 50


def arithmetic(costs: ServerCosts) -> Iterator[str]:
    """Yield Markdown lines: every number measured, assumed or computed from those above it."""
    all_desks = BRANCHES * DESKS
    peak = _EVENTS_A_DAY * _BUSIEST_SHARE / 3600 * _BURST
    append_cores = peak * costs.append_ms / 1000
    yield f"- measured: one poll {costs.poll_ms:.3f} ms of server CPU (a bare `SELECT 1`: "
    yield f"  {costs.bare_ms:.3f} ms); one append of one event {costs.append_ms:.3f} ms and "
    yield f"  {costs.wal_bytes:.0f} bytes of WAL; a direct connection {costs.connection_kb:.0f} kB."
    yield f"- assumed: {BRANCHES:,} branches × {DESKS} desks = {all_desks:,}; 5 million tickets × 5"
    yield f"  events = {_EVENTS_A_DAY:,} events a day, {_BUSIEST_SHARE:.0%} of them in the busiest"
    yield f"  hour, bursts of {_BURST} × that: {peak:,.0f} events/s; every event sent alone."
    yield f"- appends: {peak:,.0f} × {costs.append_ms:.3f} ms = **{append_cores:.1f} cores**."
    for who, number in (("every desk", all_desks), ("one relay a branch", BRANCHES)):
        for state, seconds in (("busy", BUSY_S), ("calm", CALM_S), ("asleep", QUIET_S)):
            polls = number / seconds
            cores = polls * costs.poll_ms / 1000
            yield f"- polls, {who}, {state} ({seconds:g} s): {number:,} ÷ {seconds:g} s ="
            yield f"  {polls:,.0f}/s × {costs.poll_ms:.3f} ms = **{cores:.1f} cores**;"
            together = _HEADROOM * (cores + append_cores)
            yield f"  with appends and {_HEADROOM} × headroom: {together:.0f}."
    direct = all_desks * costs.connection_kb / 2**20
    pooled = _GATEWAY_CONNECTIONS * costs.connection_kb / 1024
    yield f"- connections, direct: {all_desks:,} × {costs.connection_kb:.0f} kB = {direct:,.0f} GB:"
    yield "  not possible. Through PgBouncer or the gateway (assumed"
    yield f"  {_GATEWAY_CONNECTIONS} connections to the server): {pooled:,.0f} MB."
    wal = _EVENTS_A_DAY * costs.wal_bytes / 1e9
    yield f"- WAL: {_EVENTS_A_DAY:,} × {costs.wal_bytes:.0f} bytes = **{wal:.0f} GB a day** for"
    yield "  single events (batches share heads); full-page images only as in the measured minute."
