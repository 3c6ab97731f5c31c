"""The bank's policy: read from a folder of TOML files, checked, and refused where law says no."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from lobby_app.domain.business import BusinessEntry, ChannelEntry, Policy, Priority
from lobby_app.domain.customer import Tier
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Text
from lobby_app.policy.codes import ALERTS, NEXT_BEST_ACTIONS, PROMPTS, REASONS
from lobby_app.policy.guards import check_guards
from lobby_app.policy.reading import Table, read_toml, tables_of
from lobby_app.policy.thresholds import read_thresholds

_LADDER = (Tier.STANDARD, Tier.GOLD, Tier.PLATINUM, Tier.DIAMOND, Tier.PRIVATE)


def load_policy(folder: Path) -> Policy:
    """Read and check the policy in `folder`.

    Raises:
        KnownError: `policy.*`; each names the file, the key and what is allowed.
    """
    main = Table("policy.toml", "", read_toml(folder / "policy.toml"))
    main.expect_only(("version", "hotline", "tiles", "posted_rule", "posted_rule_short"))
    channels = _channels(folder / "channels.toml")
    documents = _texts(folder / "documents.toml")
    businesses = _businesses(folder / "businesses.toml", channels, documents)
    tiers = tables_of(folder / "tiers.toml")
    _expect_all("tiers.toml", tiers, Tier)
    zones = _texts(folder / "zones.toml")
    for channel in channels.values():
        if channel.zone is not None and channel.zone not in zones:
            raise KnownError(
                "policy.wrong_value",
                file="channels.toml",
                key=f"{channel.code}.zone",
                allowed=", ".join(zones),
            )
    tiles = main.strings("tiles")
    for code in tiles:
        if code not in businesses:
            raise main.wrong("tiles", ", ".join(businesses))
    policy = Policy(
        version=f"{main.string('version')}+{_digest(folder)}",
        thresholds=read_thresholds(folder / "thresholds.toml"),
        channels=channels,
        businesses=businesses,
        documents=documents,
        zones=zones,
        tiers={tier: tiers[tier].text() for tier in Tier},
        tier_minimum=_minima(tiers),
        prompts=_complete(folder / "prompts.toml", PROMPTS),
        reasons=_complete(folder / "reasons.toml", REASONS),
        next_best_actions=_complete(folder / "next_best_actions.toml", NEXT_BEST_ACTIONS),
        alerts=_complete(folder / "alerts.toml", ALERTS),
        priorities={
            Priority(code): text
            for code, text in _complete(folder / "priorities.toml", tuple(Priority)).items()
        },
        posted_rule=main.table("posted_rule").text(),
        posted_rule_short=main.table("posted_rule_short").text(),
        tiles=tiles,
        hotline=main.string("hotline"),
    )
    check_guards(policy)
    return policy


def _channels(path: Path) -> dict[str, ChannelEntry]:
    entries = {}
    for code, table in tables_of(path).items():
        table.expect_only(("zh", "en", "human", "self_service", "zone"))
        zone = table.string("zone") if "zone" in table.values else None
        entries[code] = ChannelEntry(
            code=code,
            name=table.text(),
            human=table.flag("human"),
            self_service=table.flag("self_service"),
            queued=zone is not None,
            zone=zone,
        )
    return entries


def _businesses(
    path: Path, channels: Mapping[str, ChannelEntry], documents: Mapping[str, Text]
) -> dict[str, BusinessEntry]:
    machines = tuple(code for code, entry in channels.items() if entry.self_service)
    people = tuple(code for code, entry in channels.items() if entry.human)
    entries = {}
    for code, table in tables_of(path).items():
        table.expect_only(
            (
                "zh",
                "en",
                "search",
                "self_service",
                "human",
                "documents",
                "in_person",
                "human_minutes",
                "self_minutes",
                "amount_prompt",
            )
        )
        self_service = _known(table, "self_service", machines)
        minutes = table.table("self_minutes") if "self_minutes" in table.values else None
        if minutes is not None:
            minutes.expect_only(self_service)
        entries[code] = BusinessEntry(
            code=code,
            name=table.text(),
            search=table.strings("search"),
            self_service=self_service,
            human=table.one_of("human", people),
            documents=_known(table, "documents", tuple(documents)),
            in_person=table.flag("in_person"),
            human_minutes=table.number("human_minutes", 0.1, 480),
            self_minutes={c: minutes.number(c, 0.1, 480) for c in self_service} if minutes else {},
            amount_prompt=table.flag("amount_prompt"),
        )
    return entries


def _known(table: Table, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    values = table.strings(key)
    if not set(values) <= set(allowed):
        raise table.wrong(key, ", ".join(allowed))
    return values


def _minima(tiers: Mapping[str, Table]) -> dict[Tier, int]:
    for code, table in tiers.items():
        has_minimum = Tier(code) in _LADDER[1:]
        table.expect_only(("zh", "en", "minimum") if has_minimum else ("zh", "en"))
    minima = {tier: tiers[tier].whole("minimum", 1) for tier in _LADDER[1:]}
    for lower, higher in pairwise(_LADDER[1:]):
        if minima[lower] >= minima[higher]:
            raise tiers[higher].wrong("minimum", f"> {minima[lower]}")
    return minima


def _texts(path: Path) -> dict[str, Text]:
    texts = {}
    for code, table in tables_of(path).items():
        table.expect_only(("zh", "en"))
        texts[code] = table.text()
    return texts


def _complete(path: Path, codes: tuple[str, ...]) -> dict[str, Text]:
    texts = _texts(path)
    for code in codes:
        if code not in texts:
            raise KnownError("policy.missing", file=path.name, key=code)
    for code in texts:
        if code not in codes:
            raise KnownError(
                "policy.unknown_key", file=path.name, key=code, allowed=", ".join(codes)
            )
    return texts


def _expect_all(file: str, tables: Mapping[str, Table], codes: type[StrEnum]) -> None:
    for wanted in codes:
        if wanted not in tables:
            raise KnownError("policy.missing", file=file, key=wanted.value)
    for code in tables:
        if code not in list(codes):
            raise KnownError("policy.unknown_key", file=file, key=code, allowed=", ".join(codes))


def _digest(folder: Path) -> str:
    """Return eight hex digits over all files: two policies are never called the same by mistake."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.toml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]
