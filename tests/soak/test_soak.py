"""A short soak in the suite, and proof that the checker can say no."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.checker import Said, check
from tests.storage.desk import DAY, cancelled, issue, issued, open_desk
from tests.storage.processes import ROOT


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks the desks it kills")
def test_desks_killed_at_random_instants_lose_and_double_nothing() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.soak.soak",
            "--seconds",
            "120",
            "--seed",
            "7",
            "--kills",
            "24",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.splitlines()[-1]
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert last.startswith("passed: seed 7, 2")


def _said(log) -> Said:
    with log.reader() as work:
        labels = {t.ticket_id: (str(t.business_day), t.number) for t in work.tickets(DAY)}
    return Said(about=dict(labels), done=dict(labels))


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("DELETE FROM event WHERE seq = 2", "breaks at"),
        ("DELETE FROM event WHERE seq = 3", "head 3 but 2"),
        ("UPDATE event SET body = REPLACE(body, 'A1002', 'A1009')", "breaks at"),
        ("UPDATE ticket SET rank = 10", "not the fold"),
        ("DELETE FROM ticket", "not the fold"),
    ],
)
def test_the_checker_sees_damage(tmp_path: Path, damage: str, problem: str) -> None:
    log = open_desk(tmp_path)
    for _ in range(3):
        issue(log)
    said = _said(log)
    assert check(tmp_path, said) == []
    with log.engine.begin() as connection:
        connection.exec_driver_sql(damage)
    assert [line for line in check(tmp_path, said) if problem in line]
    log.close()


def test_the_checker_sees_lost_unannounced_and_doubled_tickets(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    number = issue(log)
    said = _said(log)
    said.about["gone"] = said.done["gone"] = (str(DAY), "A1077")
    assert check(tmp_path, said) == ["gone was committed and is lost"]
    said = _said(log)
    said.lost["earlier"] = (str(DAY), number)
    assert check(tmp_path, said) == [f"number given 2 times: ('{DAY}', '{number}')"]
    with log.unit_of_work() as work:
        draft = issued("A1050")
        work.append(draft)
        work.append(cancelled(str(draft.ticket)))
        work.commit()
    assert [line for line in check(tmp_path, Said()) if "came from nowhere" in line]
    log.close()
