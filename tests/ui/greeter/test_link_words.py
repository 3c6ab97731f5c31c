"""What the strip says about the exchange, in words, icon and colour."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.domain.text import Language, Text
from lobby_app.messages import Messages
from lobby_app.services.views import DeskStatus, SelfCheck, StoreState
from lobby_app.ui.greeter.strip_presenter import network_text, unsent_text
from lobby_app.ui.i18n import Wording

NOW = datetime(2026, 11, 25, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
SINCE = NOW - timedelta(minutes=15)
ZH, EN = (Wording(Messages(language), "greeter") for language in (Language.ZH, Language.EN))
BASE = DeskStatus(
    Text("", ""), 1, False, LinkStatus(Link.CENTRE), 0, None, None, StoreState.KEY_FILE,
    SelfCheck(passed=True, checked_events=0, next_numbers={}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("link", "zh", "en", "level"),
    [
        (LinkStatus(Link.ALONE), "未联网，本机照常", "Working offline", "quiet"),
        (LinkStatus(Link.CENTRE, SINCE), "已联网", "Online", "ok"),
        (LinkStatus(Link.RELAY, SINCE), "仅网点内联网", "Online within the branch", "amber"),
        (LinkStatus(Link.OFFLINE, SINCE), "10:05 起断网", "Offline since 10:05", "amber"),
        (LinkStatus(Link.OFFLINE), "未联网，本机照常", "Working offline", "amber"),
        (
            LinkStatus(Link.OFFLINE, SINCE, problem="sync.no_answer"),
            "10:05 起断网", "Offline since 10:05", "amber",
        ),
        (
            LinkStatus(Link.CENTRE, SINCE, skew_ms=-185_000),
            "已联网 · 时钟偏差 3 分", "Online · clock off by 3 min", "amber",
        ),
        (
            LinkStatus(Link.CENTRE, SINCE, skew_ms=86_400_000),
            "已联网 · 时钟偏差 24 小时", "Online · clock off by 24 h", "amber",
        ),
        (LinkStatus(Link.CENTRE, SINCE, skew_ms=59_000), "已联网", "Online", "ok"),
        (
            LinkStatus(Link.OFFLINE, SINCE, problem="sync.not_enrolled"),
            "未登记或已停用：请通知运维", "Not enrolled: tell operations", "red",
        ),
        (
            LinkStatus(Link.CENTRE, SINCE, problem="sync.refused"),
            "同步异常：请通知运维", "Exchange trouble: tell operations", "red",
        ),
    ],
)  # fmt: skip
def test_the_link_in_words(link: LinkStatus, zh: str, en: str, level: str) -> None:
    status = replace(BASE, link=link)
    words, _, shown = network_text(status, NOW, ZH)
    assert (words, shown) == (zh, level)
    assert network_text(status, NOW, EN)[0] == en


def test_what_is_unsent_for_an_hour_stands_out_where_there_is_a_centre() -> None:
    late = replace(BASE, unsent=3, oldest_unsent=NOW - timedelta(minutes=61))
    assert unsent_text(late, NOW, EN) == ("Unsent 3 for 1 h", "outbox", "amber")
    fresh = replace(late, oldest_unsent=NOW - timedelta(minutes=2))
    assert unsent_text(fresh, NOW, EN)[2] == "quiet"
    alone = replace(late, link=LinkStatus(Link.ALONE))
    assert unsent_text(alone, NOW, EN)[2] == "quiet"
