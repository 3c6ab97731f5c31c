"""Values of a case file turned into the domain's own, or one sentence about what is wrong."""

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, time
from pathlib import Path
from reprlib import repr as shortened
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from lobby_app.domain.business import Need, Policy, Priority, Thresholds
from lobby_app.domain.customer import (
    Access,
    Customer,
    Flag,
    LifeStage,
    Medium,
    Preference,
    RelationshipStage,
    Tier,
)
from lobby_app.domain.errors import KnownError
from lobby_app.domain.floor import Appointment, ChannelState, Floor

# Facts a bank may keep beside a customer that triage never reads (domain 3.8, property 1).
_NEVER_READ = frozenset({"contribution"})
_CURRENCY = re.compile(r"[A-Z]{3}")


@contextmanager
def naming(path: Path, case: str) -> Iterator[None]:
    """Turn a conversion error inside the block into one sentence that names file and case."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        detail = " ".join(str(error).split())
        raise KnownError("cases.wrong_value", file=path.name, case=case, detail=detail) from error


def with_parameters(policy: Policy, parameters: object, path: Path) -> Policy:
    """Return the policy with its thresholds overridden by the file's `parameters`.

    Raises:
        KnownError: `cases.unknown_parameter` or `cases.wrong_value`.
    """
    with naming(path, "parameters"):
        values = dict(as_mapping("parameters", parameters))
        known = [field.name for field in fields(Thresholds)]
        if unknown := [key for key in values if key not in known]:
            raise KnownError(
                "cases.unknown_parameter",
                file=path.name,
                key=str(unknown[0]),
                allowed=", ".join(sorted(known)),
            )
        for key in ("wealth_cutoff", "closing"):
            if key in values:
                values[key] = _time(key, values[key])
        if "appointment_window_min" in values:
            window = as_list("appointment_window_min", values["appointment_window_min"])
            values["appointment_window_min"] = tuple(window)
        if "credit_minutes" in values:
            credits_ = as_mapping("credit_minutes", values["credit_minutes"])
            values["credit_minutes"] = {Priority(key): one for key, one in credits_.items()}
        if "target_wait_minutes" in values:
            targets = as_mapping("target_wait_minutes", values["target_wait_minutes"])
            values["target_wait_minutes"] = {
                **policy.thresholds.target_wait_minutes,
                **{Priority(key): target for key, target in targets.items()},
            }
            if min(values["target_wait_minutes"].values()) <= 0:
                raise ValueError("target_wait_minutes: > 0")
        _check_types(Thresholds, values)
    return replace(policy, thresholds=replace(policy.thresholds, **values))


def customer_of(values: object, policy: Policy) -> Customer:
    """Return the customer of a case. Raises ValueError or TypeError naming the key."""
    converters: dict[str, Callable[[Any], object]] = {
        "tier": Tier,
        "preference": Preference,
        "life_stage": lambda value: None if value is None else LifeStage(value),
        "relationship_stage": RelationshipStage,
        "aum": _floor,
        "potential": _floor,
        "mobile_limit": _floor,
        "media": lambda items: frozenset(map(Medium, as_list("media", items))),
        "flags": lambda items: frozenset(map(Flag, as_list("flags", items))),
        "access": lambda items: frozenset(map(Access, as_list("access", items))),
        "missing_documents": lambda items: frozenset(
            one_of("missing_documents", item, policy.documents)
            for item in as_list("missing_documents", items)
        ),
    }
    converted: dict[str, Any] = {
        key: converters[key](value) if key in converters else value
        for key, value in as_mapping("customer", values).items()
        if key not in _NEVER_READ
    }
    _check_types(Customer, converted)
    return Customer(**converted)


def need_of(values: object, policy: Policy) -> Need:
    """Return the need of a case. Raises ValueError or TypeError naming the key."""
    business = as_mapping("business", values)
    _check_types(Need, business)
    one_of("code", business.get("code"), policy.businesses)
    currency = business.get("currency", "CNY")
    if not _CURRENCY.fullmatch(currency):
        raise ValueError(f"currency: {shortened(currency)}; allowed: CNY, USD, …")
    return Need(**business)


def floor_of(values: object, policy: Policy) -> Floor:
    """Return the floor of a case. Raises ValueError, KeyError or TypeError naming the key."""
    rest = dict(as_mapping("context", values))
    slot = rest.pop("appointment", None)
    appointment = None
    if slot is not None:
        slot = as_mapping("appointment", slot)
        for key in slot:
            one_of("appointment", key, ("offset_min", "with"))
        if slot.get("with") is not None:
            one_of("appointment.with", slot["with"], policy.channels)
        booked: dict[str, Any] = {
            "offset_min": slot.get("offset_min"),
            "with_channel": slot.get("with"),
        }
        _check_types(Appointment, booked)
        appointment = Appointment(**booked)
    channels = as_mapping("channels", rest.pop("channels", None))
    waits = as_mapping("wait_minutes", rest.pop("wait_minutes", None))
    for key in (*channels, *waits):
        one_of("channels, wait_minutes", key, policy.channels)
    converted: dict[str, Any] = {
        **rest,
        "date": _date(rest.get("date")),
        "time": _time("time", rest.get("time")),
        "channels": {key: ChannelState(state) for key, state in channels.items()},
        "wait_minutes": waits,
        "appointment": appointment,
    }
    _check_types(Floor, converted)
    return Floor(**converted)


def as_mapping(key: str, value: object) -> Mapping[str, Any]:
    """Return a mapping, empty for nothing. Raises TypeError naming the key."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{key}: {shortened(value)}; allowed: {{ … }}")
    return value


def as_list(key: str, value: object) -> list[Any]:
    """Return a list. Raises TypeError naming the key."""
    if not isinstance(value, list):
        raise TypeError(f"{key}: {shortened(value)}; allowed: [ … ]")
    return value


def one_of(key: str, value: object, allowed: Collection[str]) -> str:
    """Return a code out of a list. Raises ValueError naming the key and what is allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{key}: {shortened(value)}; allowed: {', '.join(allowed)}")
    return value


def number(key: str, value: object) -> float:
    """Return a number. Raises TypeError naming the key."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{key}: {shortened(value)}")
    return float(value)


def flag(key: str, value: object) -> bool:
    """Return true or false. Raises TypeError naming the key."""
    if not isinstance(value, bool):
        raise TypeError(f"{key}: {shortened(value)}; allowed: true, false")
    return value


def _floor(value: object) -> object:
    """Return whole units of a figure with decimals: every threshold for it is a whole number."""
    return math.floor(value) if isinstance(value, float) and math.isfinite(value) else value


def _check_types(kind: type, values: Mapping[str, Any]) -> None:
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in hints:
            raise ValueError(f"{shortened(key)}; allowed: {', '.join(hints)}")
        if not _fits(value, hints[key]):
            raise TypeError(f"{key}: {shortened(value)}")


def _fits(value: object, hint: Any) -> bool:
    """Tell whether a value is of an annotated type; 1 is no truth value, 2 is a fine 2.0."""
    if isinstance(hint, UnionType):
        return any(_fits(value, option) for option in get_args(hint))
    if hint is NoneType:
        return value is None
    origin = get_origin(hint)
    if origin is tuple:
        wanted = get_args(hint)
        return (
            isinstance(value, tuple)
            and len(value) == len(wanted)
            and all(map(_fits, value, wanted))
        )
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, dict) and all(
            _fits(item, get_args(hint)[1]) for item in value.values()
        )
    if hint in (int, float):
        return not isinstance(value, bool) and isinstance(value, int | hint)
    return isinstance(value, origin or hint)


def _date(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"date: {shortened(value)}; allowed: YYYY-MM-DD") from error


def _time(key: str, value: object) -> time:
    """Return a time of day; YAML reads an unquoted 09:20 as text and 17:05 as base-60 minutes."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return time(value // 60, value % 60)
        return time.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{key}: {shortened(value)}; allowed: HH:MM") from error
