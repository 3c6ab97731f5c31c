"""`lobby scan`: one raw scan a line in, one object a line out, never a number."""

import io
import json
import re
import sys

import pytest

from lobby_app.cli import run
from lobby_app.services.scan_stream import joined_scans
from tests.unit.scans.vectors import LICENCE, MRZ, SCANNABLE


def _scan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str) -> list:
    stdin = io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogateescape")))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run(["scan"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_scan_prints_one_object_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ";6212345678900000003=30122200000000000?\n11010519491231002x\n110105194912310021\n"
    out = _scan(monkeypatch, capsys, text)
    assert [row["kind"] for row in out] == ["payment_card", "resident_id", "unreadable"]
    assert out[0] == {"kind": "payment_card", "mask": "**** 0003", "warnings": []}
    assert out[2]["reason"] == "id_check_digit"


def test_scan_survives_bytes_that_are_no_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = _scan(monkeypatch, capsys, "\udcff\udcfe\n13800138000\n")
    assert [row["kind"] for row in out] == ["unreadable", "mobile_number"]


def test_zones_are_joined_and_escapes_understood(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    escaped = LICENCE.replace("\n", r"\n").replace("\r", r"\r").replace("\x1e", r"\x1e")
    text = "\n".join([*MRZ.values(), MRZ["td1"].replace("\n", r"\n"), escaped, "13800138000"])
    kinds = [row["kind"] for row in _scan(monkeypatch, capsys, text)]
    assert kinds == [*["travel_document"] * 6, "driving_licence", "mobile_number"]


def test_scans_arrive_in_the_lines_they_have(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = MRZ["td3"].lower().translate(str.maketrans("<09", "＜０９"))
    cr = MRZ["td1"].replace("\n", "\r")
    text = "\n".join([LICENCE, "13800138000", LICENCE, wide, cr, LICENCE, "EA1234567"])
    kinds = [row["kind"] for row in _scan(monkeypatch, capsys, "\ufeff" + text)]
    licence, travel = "driving_licence", "travel_document"
    assert kinds == [licence, "mobile_number", licence, travel, travel, licence, travel]


def test_no_input_stops_the_tool(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _scan(monkeypatch, capsys, "") == []
    text = (
        "\0\0;\n" + "9" * 10_000_000 + "\n;6212345678900000003\0=30122200000000000?\n@\n13800138000"
    )
    out = _scan(monkeypatch, capsys, text)
    assert [row["kind"] for row in out] == [*["unreadable"] * 4, "mobile_number"]
    assert out[1]["reason"] == "too_long"


def test_a_closed_input_is_no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert run(["scan"]) == 0


@pytest.mark.parametrize("text", SCANNABLE)
def test_no_line_shows_more_than_the_mask(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = _scan(monkeypatch, capsys, text)
    assert set(row) == {"kind", "mask", "warnings"}
    hidden = "*" in row["mask"]
    assert hidden
    assert sum(character.isalnum() for character in row["mask"]) <= 7
    assert not re.search(r"[A-Z0-9]{5,}", row["mask"])


def test_an_unfinished_zone_is_still_one_scan() -> None:
    first = MRZ["td3"].split("\n")[0]
    assert list(joined_scans([first, "13800138000"])) == [first, "13800138000"]
    assert list(joined_scans([first])) == [first]
