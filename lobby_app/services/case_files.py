"""A bank's regression test: worked cases in YAML, evaluated under its own policy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml

from lobby_app.domain.business import Need, Policy, Priority, Thresholds
from lobby_app.domain.customer import (
    Access,
    Customer,
    Flag,
    Medium,
    Preference,
    RelationshipStage,
    Tier,
)
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.domain.errors import KnownError
from lobby_app.domain.floor import Appointment, ChannelState, Floor
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.triage import recommend
from lobby_app.services.forbidden import FORBIDDEN, Answer

_SETS = ("documents", "alerts", "alternatives")
_EXACT = ("channel", "queue", "ticket", "priority", "prompt", "next_best_action")


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of one case that is not as expected."""

    case: str
    key: str
    expected: object
    actual: object


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One evaluated case: the object to print and what differs from `expect`."""

    document: Mapping[str, object]
    differences: tuple[Difference, ...]


def triage_file(path: Path, policy: Policy) -> Iterator[CaseResult]:
    """Evaluate a file of triage cases; `parameters` override the policy's thresholds.

    Raises:
        KnownError: `cases.*`; names the file, the case and the key.
    """
    document = _read(path)
    policy = _with_parameters(policy, document, path)
    defaults = document.get("defaults") or {}
    for case in _cases(document, path):
        name = str(case["id"])
        merged = _merged(defaults, case.get("input") or {})
        with _naming(path, name):
            customer = _customer(merged.get("customer") or {})
            need = Need(**(merged.get("business") or {}))
            floor = _floor(merged.get("context") or {})
        result = recommend(customer, need, floor, policy)
        answer = Answer(customer, need, floor, policy, result)
        forbidden = _forbidden(path, name, case.get("must_not") or (), answer)
        yield CaseResult(
            {"id": name, **_as_document(result), "reason": result.reason.en},
            (*_compare(name, _as_document(result), case.get("expect") or {}), *forbidden),
        )


def dispatch_file(path: Path, policy: Policy) -> Iterator[CaseResult]:
    """Evaluate a file of dispatch cases.

    Raises:
        KnownError: `cases.*`; names the file, the case and the key.
    """
    document = _read(path)
    policy = _with_parameters(policy, document, path)
    for case in _cases(document, path):
        name = str(case["id"])
        with _naming(path, name):
            waiting = [
                WaitingTicket(
                    str(t["id"]), str(t["id"]), "hall", Priority(t["priority"]), float(t["arrived"])
                )
                for t in case["waiting"]
            ]
            history = tuple(Priority(item) for item in case.get("history") or ())
            counter = FreeCounter(("hall",), bool(case.get("shared", True)), history)
            now = float(case["now"])
        choice = choose(waiting, counter, now, policy.thresholds)
        called = choice.ticket.number if choice else None
        expected = case.get("expect_call")
        wrong = "expect_call" in case and called != expected
        yield CaseResult(
            {"id": name, "call": called, "reason": choice.reason if choice else None},
            (Difference(name, "expect_call", expected, called),) if wrong else (),
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise KnownError("cases.unreadable", file=path.name, detail=str(error)) from error
    if not isinstance(document, dict):
        raise KnownError("cases.no_cases", file=path.name)
    return document


def _cases(document: Mapping[str, Any], path: Path) -> list[dict[str, Any]]:
    cases = document.get("cases")
    if not isinstance(cases, list) or not all(isinstance(c, dict) and "id" in c for c in cases):
        raise KnownError("cases.no_cases", file=path.name)
    return cases


@contextmanager
def _naming(path: Path, case: str) -> Iterator[None]:
    """Turn a conversion error inside the block into one sentence that names file and case."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise KnownError(
            "cases.wrong_value", file=path.name, case=case, detail=str(error)
        ) from error


def _with_parameters(policy: Policy, document: Mapping[str, Any], path: Path) -> Policy:
    parameters = dict(document.get("parameters") or {})
    known = {field.name for field in fields(Thresholds)}
    if unknown := set(parameters) - known:
        allowed = ", ".join(sorted(known))
        raise KnownError(
            "cases.unknown_parameter", file=path.name, key=min(unknown), allowed=allowed
        )
    with _naming(path, "parameters"):
        for key in ("wealth_cutoff", "closing"):
            if key in parameters:
                parameters[key] = _time(parameters[key])
        if "appointment_window_min" in parameters:
            parameters["appointment_window_min"] = tuple(parameters["appointment_window_min"])
        if "target_wait_minutes" in parameters:
            targets = parameters["target_wait_minutes"].items()
            parameters["target_wait_minutes"] = {Priority(k): float(v) for k, v in targets}
    return replace(policy, thresholds=replace(policy.thresholds, **parameters))


def _merged(base: Any, over: Any) -> Any:
    """Return `base` deep-merged with `over`: dicts merge, lists and scalars replace."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return deepcopy(over)
    result = deepcopy(base)
    for key, value in over.items():
        result[key] = _merged(result[key], value) if key in result else deepcopy(value)
    return result


def _customer(values: Mapping[str, Any]) -> Customer:
    converters: dict[str, Callable[[Any], object]] = {
        "tier": Tier,
        "preference": Preference,
        "relationship_stage": RelationshipStage,
        "media": lambda items: frozenset(Medium(i) for i in items),
        "flags": lambda items: frozenset(Flag(i) for i in items),
        "access": lambda items: frozenset(Access(i) for i in items),
        "missing_documents": frozenset,
    }
    converted: dict[str, Any] = {
        key: converters[key](value) if key in converters else value for key, value in values.items()
    }
    return Customer(**converted)


def _floor(values: Mapping[str, Any]) -> Floor:
    rest = dict(values)
    slot = rest.pop("appointment", None)
    return Floor(
        date=date.fromisoformat(str(rest.pop("date"))),
        time=_time(rest.pop("time")),
        channels={k: ChannelState(v) for k, v in (rest.pop("channels", None) or {}).items()},
        appointment=Appointment(slot["offset_min"], slot.get("with")) if slot else None,
        **rest,
    )


def _time(value: object) -> time:
    """Return a time of day; YAML reads an unquoted 09:20 as text and 17:05 as base-60 minutes."""
    if isinstance(value, int):
        return time(value // 60, value % 60)
    return time.fromisoformat(str(value))


def _as_document(result: Recommendation) -> dict[str, object]:
    return {
        "channel": result.channel,
        "queue": result.queue,
        "ticket": result.ticket,
        "priority": result.priority.value,
        "prompt": result.prompt,
        "alternatives": list(result.alternatives),
        "alerts": list(result.alerts),
        "rules": list(result.rules),
        "next_best_action": result.next_best_action,
        "documents": list(result.documents),
    }


def _compare(
    case: str, actual: Mapping[str, object], expect: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in _EXACT:
        if key in expect and expect[key] != actual[key]:
            yield Difference(case, key, expect[key], actual[key])
    for key in _SETS:
        value = actual[key]
        found = sorted(value) if isinstance(value, list) else []
        if key in expect and sorted(expect[key]) != found:
            yield Difference(case, key, expect[key], value)


def _forbidden(path: Path, case: str, names: Sequence[str], answer: Answer) -> Iterator[Difference]:
    for name in names:
        if name not in FORBIDDEN:
            raise KnownError(
                "cases.unknown_must_not",
                file=path.name,
                case=case,
                name=name,
                allowed=", ".join(FORBIDDEN),
            )
        if FORBIDDEN[name](answer):
            yield Difference(case, "must_not", f"not {name}", name)
