"""`lobby scan`: one raw scan a line in, one object a line out, never a number."""

import io
import json
import sys

import pytest

from lobby_app.cli import run
from lobby_app.services.scan_stream import joined_scans
from tests.unit.scans.test_parse import LICENCE, MRZ


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


def test_an_unfinished_zone_is_still_one_scan() -> None:
    first = MRZ["td3"].split("\n")[0]
    assert list(joined_scans([first, "13800138000"])) == [first, "13800138000"]
    assert list(joined_scans([first])) == [first]
