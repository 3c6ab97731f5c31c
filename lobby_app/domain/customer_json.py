"""A customer record as JSON text: the form in which desk and centre keep it. Pure.

Keys that a newer version adds are passed over; whatever else is not exactly of its form is refused.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeGuard

from lobby_app.domain.customer import (
    Access,
    CustomerRecord,
    Flag,
    Medium,
    RelationshipStage,
    Tier,
    Title,
)
from lobby_app.domain.text import Language

# Tokens live in their own table.
_FIELDS = tuple(one.name for one in fields(CustomerRecord) if one.name != "tokens")
_SETS: dict[str, type[StrEnum]] = {"media": Medium, "flags": Flag, "access": Access}
_ENUMS: dict[str, type[StrEnum]] = {
    "title": Title,
    "language": Language,
    "tier": Tier,
    "relationship_stage": RelationshipStage,
}
_DAYS = frozenset({"birth_date", "tier_as_of", "next_maturity"})
_OPTIONAL_NUMBERS = frozenset({"aum", "potential"})
_NUMBERS = frozenset({"device_skill", "mobile_limit"})
_TRUTHS = frozenset({"mobile_active", "needs_help"})
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""What JSON can say and neither PostgreSQL nor a file can hold."""
_MOST = 10**15
"""Of every number: more is a mistake and no float. NaN, which JSON cannot say, is not less."""
MOST_TOKENS = 200
"""Of one customer; a desk takes no more."""


def record_to_json(record: CustomerRecord) -> str:
    """Return a record as JSON text, without its tokens."""
    # Not asdict: it copies every value, which for a million records takes most of a minute.
    values: dict[str, Any] = {name: getattr(record, name) for name in _FIELDS}
    for name in _SETS:
        values[name] = sorted(values[name])
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def record_from_json(text: str) -> CustomerRecord:
    """Return the record of `record_to_json`, without its tokens."""
    values: dict[str, Any] = json.loads(text)
    for name, kind in _SETS.items():
        values[name] = frozenset(kind(item) for item in values[name])
    for name, kind in _ENUMS.items():
        values[name] = kind(values[name])
    values["usual_businesses"] = tuple(values["usual_businesses"])
    return CustomerRecord(tokens=(), **values)


def read_record(values: Mapping[str, Any]) -> CustomerRecord:
    """Return the record of a document from outside, without its tokens.

    Raises:
        ValueError: the name of the first field that is missing or not of its form, never its value.
    """
    for name in _FIELDS:
        if name not in values or not _is_of_its_form(name, values[name]):
            raise ValueError(name)
    return record_from_json(json.dumps({name: values[name] for name in _FIELDS}))


def _is_of_its_form(name: str, value: object) -> bool:
    if name in _SETS:
        return _are_texts(value) and all(item in list(_SETS[name]) for item in value)
    if name in _ENUMS:
        return isinstance(value, str) and value in list(_ENUMS[name])
    if name == "usual_businesses":
        return _are_texts(value)
    if name in _DAYS:
        return (value is None and name != "tier_as_of") or _is_day(value)
    if name in _OPTIONAL_NUMBERS:
        return value is None or _is_whole(value)
    if name in _NUMBERS:
        return _is_whole(value)
    if name in _TRUTHS:
        return isinstance(value, bool)
    if name == "aum_change_90d_percent":
        return _is_whole(value) or (isinstance(value, float) and -_MOST < value < _MOST)
    return _is_text(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_MOST < value < _MOST


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _NO_TEXT.search(value)


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
