"""A bank's regression test: worked cases in YAML, evaluated under its own policy."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as shortened
from typing import Any

import yaml

from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.domain.errors import KnownError
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.triage import recommend
from lobby_app.services.case_inputs import (
    as_list,
    as_mapping,
    customer_of,
    flag,
    floor_of,
    naming,
    need_of,
    number,
    one_of,
    with_parameters,
)
from lobby_app.services.forbidden import FORBIDDEN, Answer

_SETS = ("documents", "alerts", "alternatives")
_EXACT = ("channel", "queue", "ticket", "priority", "prompt", "next_best_action")
_INFORMATIVE = ("rules",)
_INPUTS = ("customer", "business", "context")
_MAX_BYTES = 4_000_000
# In a file of dispatch cases a dedicated counter's own tickets are those of tier customers.
_SHARED_QUEUE, _DEDICATED_QUEUE = "hall", "vip_counter"


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


def triage_file(
    path: Path, policy: Policy, *, check: bool = True
) -> Iterator[CaseResult | KnownError]:
    """Evaluate a file of triage cases; `parameters` override the policy's thresholds.

    A case that cannot be evaluated is yielded as its error (`cases.*`, naming file, case and key):
    one bad case does not hide the others. Without `check`, `expect` and `must_not` are not read.

    Raises:
        KnownError: `cases.*` when the file as a whole is of no use.
    """
    document = _read(path)
    policy = with_parameters(policy, document.get("parameters"), path)
    with naming(path, "defaults"):
        defaults = as_mapping("defaults", document.get("defaults"))
    for case in _cases(document, path):
        try:
            yield _triage_case(path, case, defaults, policy, check=check)
        except KnownError as error:
            yield error


def _triage_case(
    path: Path, case: Mapping[str, Any], defaults: object, policy: Policy, *, check: bool
) -> CaseResult:
    name = str(case["id"])
    with naming(path, name):
        merged = as_mapping("input", _merged(defaults, as_mapping("input", case.get("input"))))
        if unknown := [key for key in merged if key not in _INPUTS]:
            one_of("input", unknown[0], _INPUTS)
        customer = customer_of(merged.get("customer"), policy)
        need = need_of(merged.get("business"), policy)
        floor = floor_of(merged.get("context"), policy)
        expect = _expectation(case.get("expect")) if check else {}
        must_not = as_list("must_not", case.get("must_not") or []) if check else []
    result = recommend(customer, need, floor, policy)
    document = _as_document(result)
    answer = Answer(customer, need, floor, policy, result)
    return CaseResult(
        {"id": name, **document, "reason": result.reason.en},
        (*_compare(name, document, expect), *_forbidden(path, name, must_not, answer)),
    )


def dispatch_file(
    path: Path, policy: Policy, *, check: bool = True
) -> Iterator[CaseResult | KnownError]:
    """Evaluate a file of dispatch cases; errors of single cases as in `triage_file`.

    Raises:
        KnownError: `cases.*` when the file as a whole is of no use.
    """
    document = _read(path)
    policy = with_parameters(policy, document.get("parameters"), path)
    for case in _cases(document, path):
        try:
            yield _dispatch_case(path, case, policy, check=check)
        except KnownError as error:
            yield error


def _dispatch_case(
    path: Path, case: Mapping[str, Any], policy: Policy, *, check: bool
) -> CaseResult:
    name = str(case["id"])
    with naming(path, name):
        waiting = [_waiting(item) for item in as_list("waiting", case.get("waiting"))]
        counter = _counter(case)
        now = number("now", case.get("now"))
    choice = choose(waiting, counter, now, policy.thresholds)
    called = choice.ticket.number if choice else None
    expected = case.get("expect_call")
    wrong = check and "expect_call" in case and called != expected
    return CaseResult(
        {"id": name, "call": called, "reason": choice.reason if choice else None},
        (Difference(name, "expect_call", expected, called),) if wrong else (),
    )


def _waiting(item: object) -> WaitingTicket:
    """Return a waiting ticket; an emergency is everybody's, a tier ticket the dedicated queue's."""
    ticket = as_mapping("waiting", item)
    priority = Priority(one_of("priority", ticket.get("priority"), tuple(Priority)))
    dedicated = priority in (Priority.TIER, Priority.SAFETY)
    if type(ticket.get("id")) not in (str, int):
        raise TypeError(f"waiting.id: {shortened(ticket.get('id'))}")
    code = str(ticket["id"])
    queue = _DEDICATED_QUEUE if dedicated else _SHARED_QUEUE
    return WaitingTicket(code, code, queue, priority, number("arrived", ticket.get("arrived")))


def _counter(case: Mapping[str, Any]) -> FreeCounter:
    """Return the free counter: a shared one serves all, a dedicated one its own and helps later."""
    history = tuple(
        Priority(one_of("history", item, tuple(Priority)))
        for item in as_list("history", case.get("history") or [])
    )
    if flag("shared", case.get("shared", True)):
        return FreeCounter((_SHARED_QUEUE, _DEDICATED_QUEUE), history=history)
    idle = number("idle_minutes", case.get("idle_minutes", 0))
    return FreeCounter((_DEDICATED_QUEUE,), False, history, idle, helps=(_SHARED_QUEUE,))


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise KnownError("cases.too_large", file=path.name, limit=_MAX_BYTES // 1_000_000)
        # Not the C loader: deep nesting overflows its stack and ends the process.
        document = yaml.safe_load(content.decode("utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise KnownError("cases.unreadable", file=path.name, detail=_plain(error)) from error
    if not isinstance(document, dict):
        raise KnownError("cases.no_cases", file=path.name)
    return document


def _plain(error: Exception) -> str:
    """Return what is wrong on one line: the parser's problem with line and column."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"{error.problem} ({mark.line + 1}:{mark.column + 1})"
    return " ".join(str(getattr(error, "strerror", None) or error).split())


def _cases(document: Mapping[str, Any], path: Path) -> list[dict[str, Any]]:
    cases = document.get("cases")
    named = isinstance(cases, list) and all(
        isinstance(case, dict) and type(case.get("id")) in (str, int) for case in cases
    )
    if not named or not cases:
        raise KnownError("cases.no_cases", file=path.name)
    return list(cases)


def _expectation(value: object) -> Mapping[str, Any]:
    """Return what a case expects; the keys that are compared as sets must be lists of codes."""
    expect = as_mapping("expect", value)
    allowed = (*_EXACT, *_SETS, *_INFORMATIVE)
    for key in expect:
        one_of("expect", key, allowed)
    for key in _SETS:
        if key in expect and not (
            isinstance(expect[key], list) and all(isinstance(i, str) for i in expect[key])
        ):
            raise TypeError(f"expect.{key}: {shortened(expect[key])}; allowed: [ … ]")
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
        found = set(value) if isinstance(value, list) else set()
        if key in expect and set(expect[key]) != found:
            yield Difference(case, key, expect[key], value)


def _forbidden(
    path: Path, case: str, names: Sequence[object], answer: Answer
) -> Iterator[Difference]:
    for name in map(str, names):
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
