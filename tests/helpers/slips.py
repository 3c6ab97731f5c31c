"""Tickets with the bank's real words, for everything that prints."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from lobby_app.domain.business import Policy
from lobby_app.domain.slip import TicketSlip, WaitRange
from lobby_app.domain.text import Language, Text
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource

PAYLOAD = "HTTPS://Q.EXAMPLE.COM/T/8F3K2M9QW1ABCDEFGHJKMNPQRS"


@cache
def policy() -> Policy:
    return load_policy(resource("policy"))


def a_slip(**changes: Any) -> TicketSlip:
    """Return a plain Chinese ticket of the cash zone with some changes."""
    slip = TicketSlip(
        branch=Text("江滨支行", "Jiangbin Branch"),
        number="A2017",
        zone="A",
        zone_name=policy().zones["A"],
        channel=policy().channels["cash_counter"].name,
        issued_at=datetime(2026, 11, 23, 9, 41, tzinfo=ZoneInfo("Asia/Shanghai")),
        ahead=6,
        wait=WaitRange(10, 20),
        documents=(policy().documents["id_document"], policy().documents["account_medium"]),
        posted_rule=policy().posted_rule,
        hotline=policy().hotline,
        qr_payload=PAYLOAD,
        language=Language.ZH,
    )
    return replace(slip, **changes)


def widest_slip(**changes: Any) -> TicketSlip:
    """Return a ticket with the longest of everything: number, zone, channel, all documents."""
    channels = [channel.name for channel in policy().channels.values()]
    zone = max(policy().zones, key=lambda letter: len(policy().zones[letter].en))
    widest = {
        "branch": Text("江滨新区中山北路第二支行营业部", "Jiangbin New District Second Branch"),
        "number": f"{zone}99999",
        "zone": zone,
        "zone_name": policy().zones[zone],
        "channel": max(channels, key=lambda name: len(name.en)),
        "ahead": 188,
        "wait": WaitRange(145, 260),
        "documents": tuple(policy().documents.values()),
        "copy": 12,
        "is_priority": True,
        "is_demo": True,
    }
    return a_slip(**(widest | changes))


VARIANTS = {
    f"{name}-{language.value}{'-large' if large else ''}": {
        "language": language,
        "large_type": large,
        **changes,
    }
    for name, changes in {
        "plain": {},
        "reprint": {"copy": 2},
        "priority": {"is_priority": True},
        "demo": {"is_demo": True},
        "bare": {"documents": (), "wait": None, "ahead": 0, "hotline": ""},
    }.items()
    for language in Language
    for large in (False, True)
}
"""Name → changes to `a_slip`: every variant of the ticket in both languages and type sizes."""
