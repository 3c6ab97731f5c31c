"""Values of a case file turned into the domain's own, or one sentence about what is wrong."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, time
from pathlib import Path
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


@contextmanager
def naming(path: Path, case: str) -> Iterator[None]:
    """Turn a conversion error inside the block into one sentence that names file and case."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise KnownError(
            "cases.wrong_value", file=path.name, case=case, detail=str(error)
        ) from error


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
                values[key] = _time(values[key])
        if "appointment_window_min" in values:
            earliest, latest = values["appointment_window_min"]
            values["appointment_window_min"] = (earliest, latest)
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


def customer_of(values: object) -> Customer:
    """Return the customer of a case. Raises ValueError or TypeError naming the key."""
    converters: dict[str, Callable[[Any], object]] = {
        "tier": Tier,
        "preference": Preference,
        "life_stage": lambda value: None if value is None else LifeStage(value),
        "relationship_stage": RelationshipStage,
        "media": lambda items: frozenset(Medium(i) for i in items),
        "flags": lambda items: frozenset(Flag(i) for i in items),
        "access": lambda items: frozenset(Access(i) for i in items),
        "missing_documents": lambda items: frozenset(str(i) for i in items),
    }
    converted: dict[str, Any] = {
        key: converters[key](value) if key in converters else value
        for key, value in as_mapping("customer", values).items()
    }
    _check_types(Customer, converted)
    return Customer(**converted)


def need_of(values: object) -> Need:
    """Return the need of a case. Raises ValueError or TypeError naming the key."""
    business = as_mapping("business", values)
    _check_types(Need, business)
    return Need(**business)


def floor_of(values: object) -> Floor:
    """Return the floor of a case. Raises ValueError, KeyError or TypeError naming the key."""
    rest = dict(as_mapping("context", values))
    slot = rest.pop("appointment", None)
    appointment = None
    if slot is not None:
        slot = as_mapping("appointment", slot)
        booked = {"offset_min": slot["offset_min"], "with_channel": slot.get("with")}
        _check_types(Appointment, booked)
        appointment = Appointment(**booked)
    channels = as_mapping("channels", rest.pop("channels", None))
    converted: dict[str, Any] = {
        **rest,
        "date": date.fromisoformat(str(rest.pop("date"))),
        "time": _time(rest.pop("time")),
        "channels": {key: ChannelState(state) for key, state in channels.items()},
        "wait_minutes": as_mapping("wait_minutes", rest.pop("wait_minutes", None)),
        "appointment": appointment,
    }
    _check_types(Floor, converted)
    return Floor(**converted)


def as_mapping(key: str, value: object) -> Mapping[str, Any]:
    """Return a mapping, empty for nothing. Raises TypeError naming the key."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{key}: {value!r}")
    return value


def _check_types(kind: type, values: Mapping[str, Any]) -> None:
    hints = get_type_hints(kind)
    for key, value in values.items():
        if key not in hints:
            raise ValueError(f"{key}; allowed: {', '.join(hints)}")
        if not _fits(value, hints[key]):
            raise TypeError(f"{key}: {value!r}")


def _fits(value: object, hint: Any) -> bool:
    """Tell whether a value is of an annotated type; 1 is no truth value, 2 is a fine 2.0."""
    if isinstance(hint, UnionType):
        return any(_fits(value, option) for option in get_args(hint))
    if hint is NoneType:
        return value is None
    origin = get_origin(hint)
    if origin is tuple:
        return isinstance(value, tuple) and all(
            _fits(item, wanted) for item, wanted in zip(value, get_args(hint), strict=True)
        )
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, dict) and all(
            _fits(item, get_args(hint)[1]) for item in value.values()
        )
    if hint in (int, float):
        return not isinstance(value, bool) and isinstance(value, int | hint)
    return isinstance(value, origin or hint)


def _time(value: object) -> time:
    """Return a time of day; YAML reads an unquoted 09:20 as text and 17:05 as base-60 minutes."""
    if isinstance(value, int):
        return time(value // 60, value % 60)
    return time.fromisoformat(str(value))
