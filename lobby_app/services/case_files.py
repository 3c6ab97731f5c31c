"""A bank's regression test: worked cases in YAML, evaluated under its own policy."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.domain.errors import KnownError
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.triage import recommend
from lobby_app.services.case_inputs import (
    as_mapping,
    customer_of,
    floor_of,
    naming,
    need_of,
    with_parameters,
)
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
    policy = with_parameters(policy, document.get("parameters"), path)
    defaults = document.get("defaults") or {}
    for case in _cases(document, path):
        name = str(case["id"])
        with naming(path, name):
            merged = as_mapping("input", _merged(defaults, case.get("input") or {}))
            customer = customer_of(merged.get("customer"))
            need = need_of(merged.get("business"))
            floor = floor_of(merged.get("context"))
            expect = _expectation(case.get("expect"))
            must_not = [str(item) for item in case.get("must_not") or ()]
        result = recommend(customer, need, floor, policy)
        answer = Answer(customer, need, floor, policy, result)
        forbidden = _forbidden(path, name, must_not, answer)
        yield CaseResult(
            {"id": name, **_as_document(result), "reason": result.reason.en},
            (*_compare(name, _as_document(result), expect), *forbidden),
        )


def dispatch_file(path: Path, policy: Policy) -> Iterator[CaseResult]:
    """Evaluate a file of dispatch cases.

    Raises:
        KnownError: `cases.*`; names the file, the case and the key.
    """
    document = _read(path)
    policy = with_parameters(policy, document.get("parameters"), path)
    for case in _cases(document, path):
        name = str(case["id"])
        with naming(path, name):
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


def _expectation(value: object) -> Mapping[str, Any]:
    """Return what a case expects; the keys that are compared as sets must be lists of codes."""
    expect = as_mapping("expect", value)
    for key in _SETS:
        if key in expect and not (
            isinstance(expect[key], list) and all(isinstance(i, str) for i in expect[key])
        ):
            raise TypeError(f"expect.{key}: {expect[key]!r}")
    return expect


def _merged(base: Any, over: Any) -> Any:
    """Return `base` deep-merged with `over`: dicts merge, lists and scalars replace."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return deepcopy(over)
    result = deepcopy(base)
    for key, value in over.items():
        result[key] = _merged(result[key], value) if key in result else deepcopy(value)
    return result


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
