"""What `lobby replay` prints for people: the same figures as `--json`, as tables and sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from lobby_app.commands.aligned import aligned
from lobby_app.domain.business import Policy, Priority
from lobby_app.messages import Messages
from lobby_app.services.replay.tune import Tuning

Figures = Mapping[str, Any]
_NOTHING = "–"
_WAITS = ("mean", "median", "p90", "p95", "longest")


def report_text(figures: Figures, policy: Policy, messages: Messages) -> str:
    """Return one replay."""
    heads = ("group", "count", *_WAITS, "attainment", "left")
    rows = [[messages(f"replay.head_{head}") for head in heads]]
    for group, waits in figures["waits"].items():
        rows.append(
            [
                _group(group, policy, messages),
                str(waits["count"]),
                *(_minutes(waits[name]) for name in _WAITS),
                _share(figures["attainment"].get(group)),
                _share(figures["abandonment"].get(group)),
            ]
        )
    return aligned(rows) + _sentences(figures, messages)


def compare_text(one: Figures, other: Figures, policy: Policy, messages: Messages) -> str:
    """Return two replays side by side: A and B of each figure."""
    rows = [
        [
            messages("replay.head_group"),
            *(
                f"{messages(f'replay.head_{head}')} {side}"
                for head in ("mean", "p90", "attainment", "left")
                for side in "AB"
            ),
        ]
    ]
    for group in dict.fromkeys([*one["waits"], *other["waits"]]):
        cells = []
        for name in ("mean", "p90"):
            cells += [_minutes(side["waits"].get(group, {}).get(name)) for side in (one, other)]
        for name in ("attainment", "abandonment"):
            cells += [_share(side[name].get(group)) for side in (one, other)]
        rows.append([_group(group, policy, messages), *cells])
    sides = "".join(
        f"{letter}: {figures['policy']}, {figures['counters']}\n{_sentences(figures, messages)}"
        for letter, figures in (("A", one), ("B", other))
    )
    return aligned(rows) + sides


def tuning_text(
    tuning: Tuning, moved: Mapping[str, tuple[float, float]], messages: Messages
) -> str:
    """Return the trade-off table and what is proposed."""
    first = messages("replay.tuned", tuned=tuning.tuned_on, judged=tuning.judged_on)
    table = [trade.document() for trade in tuning.table]
    classes = [name for name in table[0]["waits"] if name != "all"]  # type: ignore[attr-defined]
    labels = [messages(f"replay.priority_{Priority(name)}") for name in classes]
    rows = [
        [
            messages("replay.head_rule"),
            *(f"{messages('replay.head_all')} {messages(f'replay.head_{x}')}" for x in ("mean",)),
            *(
                f"{label} {messages(f'replay.head_{head}')}"
                for label in labels
                for head in ("p95", "attainment")
            ),
            messages("replay.head_overtaken"),
            messages("replay.head_left"),
            messages("replay.head_score"),
        ]
    ]
    for line in table:
        rows.append(_trade_row(line, classes, messages))
    if not tuning.wins:
        return f"{first}\n{aligned(rows)}{messages('replay.no_proposal')}\n"
    return f"{first}\n{aligned(rows)}" + "".join(
        messages("replay.change", key=key, old=f"{old:g}", new=f"{new:g}") + "\n"
        for key, (old, new) in moved.items()
    )


def _trade_row(line: Mapping[str, Any], classes: Sequence[str], messages: Messages) -> list[str]:
    cells = [messages(f"replay.rule_{line['rule']}"), _minutes(line["waits"]["all"]["mean"])]
    for name in classes:
        figures = line["waits"][name]
        cells += [_minutes(figures["p95"]), _share(figures["attainment"])]
    overtaken = _share(line["overtaking"]["share"])
    return [*cells, overtaken, _share(line["abandonment"]), f"{line['score']:.1f}"]


def _sentences(figures: Figures, messages: Messages) -> str:
    overtaking, forecast = figures["overtaking"], figures["forecast"]
    lines = [
        messages(
            "replay.ended",
            served=figures["served"],
            left=figures["abandoned"],
            open=figures["open"],
        ),
        messages(
            "replay.overtaking",
            count=overtaking["count"],
            share=_share(overtaking["share"]),
            three=_share(overtaking["three_times"]),
            most=overtaking["most"] or 0,
        ),
    ]
    if forecast["count"]:
        lines.append(
            messages(
                "replay.forecast",
                count=forecast["count"],
                mae=_minutes(forecast["mae"]),
                naive=_minutes(forecast["naive_mae"]),
                median=_minutes(forecast["median_error"]),
                within=_share(forecast["within_5"]),
                coverage=_share(forecast["coverage_80"]),
                width=_minutes(forecast["width_80"]),
            )
        )
    else:
        lines.append(messages("replay.nobody_waited"))
    return "".join(f"{line}\n" for line in lines)


def _group(group: str, policy: Policy, messages: Messages) -> str:
    """Return `priority:care,queue:cash_counter` in words."""
    if group == "all":
        return messages("replay.head_all")
    names = []
    for part in group.split(",", 1) if group.startswith("priority:") else [group]:
        kind, _, value = part.partition(":")
        if kind == "priority":
            names.append(messages(f"replay.priority_{value}"))
        else:
            channel = policy.channels.get(value)
            names.append(channel.name(messages.language) if channel else value)
    return " · ".join(names)


def _minutes(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.1f}"


def _share(value: float | None) -> str:
    return _NOTHING if value is None else f"{100 * value:.1f} %"
