"""Each fault of a printer gives its own honest answer, and no job is ever on paper twice."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby_app.config import PrintMarker
from lobby_app.devices.printing.job import ask_status, run_job
from lobby_app.devices.printing.transports import TcpTransport
from lobby_app.domain.errors import BugError
from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult
from tests.devices.printing.pictures import job, picture, shows
from tests.helpers.escpos_emulator import Faults, PrinterEmulator

NOT_SENT, HELD, UNKNOWN = PrintOutcome.NOT_SENT, PrintOutcome.HELD, PrintOutcome.UNKNOWN
Problem = PrinterProblem
HEALTHY: dict[str, Any] = {field.name: field.default for field in fields(Faults)}


def send(
    printer: PrinterEmulator,
    marker: PrintMarker = PrintMarker.GS_H,
    *,
    seed: int = 1,
    job_id: str = "A017",
    status_timeout_s: float = 2.0,
    print_timeout_s: float = 5.0,
) -> PrintResult:
    return run_job(
        TcpTransport(printer.address),
        job(seed),
        job_id,
        marker,
        status_timeout_s=status_timeout_s,
        print_timeout_s=print_timeout_s,
    )


def outcome(result: PrintResult) -> tuple[PrintOutcome, PrinterProblem | None]:
    return result.outcome, result.problem


@pytest.mark.parametrize("marker", [PrintMarker.GS_H, PrintMarker.GS_R])
def test_a_healthy_printer_confirms(marker: PrintMarker) -> None:
    with PrinterEmulator() as printer:
        assert outcome(send(printer, marker)) == (PrintOutcome.PRINTED, None)
        assert [shows(ticket, picture()) for ticket in printer.tickets] == [True]
        assert printer.unexpected == []


def test_a_job_id_made_of_status_bytes_is_confirmed() -> None:
    with PrinterEmulator() as printer:
        assert outcome(send(printer, job_id="2222")) == (PrintOutcome.PRINTED, None)


def test_printers_serve_the_next_desk_after_each_job() -> None:
    with PrinterEmulator() as printer:
        for seed in range(5):
            assert send(printer, seed=seed).outcome is PrintOutcome.PRINTED
        assert printer.connections == 5
        assert [shows(t, picture(n)) for n, t in enumerate(printer.tickets)] == [True] * 5


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"cover_open": True}, Problem.COVER_OPEN),
        ({"paper_out": True}, Problem.PAPER_OUT),
        ({"cutter_jam": True}, Problem.CUTTER),
        ({"unrecoverable": True}, Problem.UNRECOVERABLE),
        ({"overheated": True}, Problem.OVERHEATED),
        ({"offline": True}, Problem.OFFLINE),
        ({"mute": True}, Problem.NO_ANSWER),
        ({"garbage": b"\xff\x81"}, Problem.NO_ANSWER),
        ({"drop_after": 1}, Problem.CONNECTION_LOST),
        ({"refuse": True}, Problem.UNREACHABLE),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value.value,
)
def test_a_printer_that_cannot_print_gets_nothing(
    fault: dict[str, Any], problem: PrinterProblem
) -> None:
    waits = {"mute", "garbage"} & fault.keys()
    with PrinterEmulator(Faults(**fault)) as printer:
        assert outcome(send(printer, status_timeout_s=0.1 if waits else 5)) == (NOT_SENT, problem)
        # Trying again when the fault is cleared is safe: it is the first and only ticket.
        printer.set(**HEALTHY)
        if fault.get("refuse"):
            printer.wait_until(lambda: printer.is_listening, "open port")
        assert send(printer, seed=2).outcome is PrintOutcome.PRINTED
        assert [shows(ticket, picture(2)) for ticket in printer.tickets] == [True]


@pytest.mark.parametrize("marker", [PrintMarker.GS_H, PrintMarker.GS_R])
def test_paper_that_ends_in_the_middle_is_held_and_finished_by_the_printer(
    marker: PrintMarker,
) -> None:
    with PrinterEmulator(Faults(paper_left=100)) as printer:
        assert outcome(send(printer, marker)) == (HELD, Problem.PAPER_OUT)
        assert printer.tickets == []
        assert printer.paper is not None
        assert printer.paper.height == 100
        printer.set(paper_out=False, paper_left=None)
        printer.wait_for_tickets(1)
        assert [shows(ticket, picture()) for ticket in printer.tickets] == [True]
        assert printer.connections == 1


def test_power_lost_in_the_middle_is_unknown_and_not_sent_again() -> None:
    with PrinterEmulator(Faults(drop_after=12_000)) as printer:
        assert outcome(send(printer)) == (UNKNOWN, Problem.CONNECTION_LOST)
        assert (len(printer.tickets), len(printer.torn), printer.connections) == (0, 1, 1)


def test_a_lost_receipt_is_unknown_though_the_ticket_is_out() -> None:
    with PrinterEmulator(Faults(lose_receipts=True)) as printer:
        result = send(printer, print_timeout_s=0.2)
        assert outcome(result) == (UNKNOWN, Problem.NOT_CONFIRMED)
        assert (len(printer.tickets), printer.connections) == (1, 1)


def test_a_clone_without_process_ids_is_unknown_and_confirms_with_gs_r() -> None:
    with PrinterEmulator(Faults(no_process_id=True)) as printer:
        result = send(printer, print_timeout_s=0.2)
        assert outcome(result) == (UNKNOWN, Problem.NOT_CONFIRMED)
        assert len(printer.tickets) == 1
        assert send(printer, PrintMarker.GS_R).outcome is PrintOutcome.PRINTED


@pytest.mark.parametrize("marker", [PrintMarker.GS_H, PrintMarker.GS_R])
def test_the_receipt_of_an_earlier_job_is_not_taken_for_this_one(marker: PrintMarker) -> None:
    old = Faults(garbage_first=b"\x37\x22A017\x00\x00\x12", lose_receipts=True)
    with PrinterEmulator(old) as printer:
        result = send(printer, marker, print_timeout_s=0.2)
        assert outcome(result) == (UNKNOWN, Problem.NOT_CONFIRMED)


def test_a_printer_known_to_be_mute_prints_and_nobody_knows() -> None:
    with PrinterEmulator(Faults(mute=True)) as printer:
        assert outcome(send(printer, PrintMarker.NONE)) == (UNKNOWN, Problem.NO_FEEDBACK)
        printer.wait_for_tickets(1)
        assert [shows(ticket, picture()) for ticket in printer.tickets] == [True]


def test_a_slow_reader_is_unknown_and_prints_once_when_it_goes_on() -> None:
    with PrinterEmulator(Faults(stall_after=4000)) as printer:
        result = send(printer, status_timeout_s=0.1, print_timeout_s=0.2)
        assert outcome(result) == (UNKNOWN, Problem.NOT_CONFIRMED)
        assert printer.tickets == []
        printer.set(stall_after=None)
        printer.wait_for_tickets(1)
        assert [shows(ticket, picture()) for ticket in printer.tickets] == [True]


def test_a_printer_that_takes_no_more_does_not_block_the_desk() -> None:
    with PrinterEmulator(Faults(stall_after=4000)) as printer:
        transport = TcpTransport(printer.address, send_timeout_s=0.2)
        result = run_job(transport, bytes(32 * 1024 * 1024), "A017", PrintMarker.GS_H)
        assert outcome(result) == (UNKNOWN, Problem.NOT_CONFIRMED)
        assert result.seconds < 5


@pytest.mark.parametrize("job_id", ["", "A17", "A0017", "A0\n7", "号017"])
def test_a_wrong_job_id_is_our_bug_and_nothing_is_sent(job_id: str) -> None:
    with PrinterEmulator() as printer:
        with pytest.raises(BugError):
            send(printer, job_id=job_id)
        assert printer.connections == 0


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({}, PrinterStatus()),
        ({"near_end": True}, PrinterStatus(near_end=True)),
        ({"paper_out": True}, PrinterStatus((Problem.PAPER_OUT,), near_end=True)),
        (
            {"cover_open": True, "cutter_jam": True},
            PrinterStatus((Problem.COVER_OPEN, Problem.CUTTER)),
        ),
        ({"mute": True}, PrinterStatus((Problem.NO_ANSWER,))),
        ({"drop_after": 3}, PrinterStatus((Problem.CONNECTION_LOST,))),
        ({"refuse": True}, PrinterStatus((Problem.UNREACHABLE,))),
    ],
    ids=str,
)
def test_status_says_what_is_wrong(fault: dict[str, Any], status: PrinterStatus) -> None:
    timeout_s = 0.1 if "mute" in fault else 5
    with PrinterEmulator(Faults(**fault)) as printer:
        assert ask_status(TcpTransport(printer.address), status_timeout_s=timeout_s) == status
        assert printer.paper is None


FAULTS = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.booleans()
            for name in ("cover_open", "paper_out", "overheated", "mute", "near_end")
        },
        "lose_receipts": st.booleans(),
        "no_process_id": st.booleans(),
        "paper_left": st.integers(1, 400),
        "drop_after": st.integers(1, 24_000),
        "garbage": st.binary(max_size=8),
        "garbage_first": st.binary(max_size=20),
    },
)


@settings(max_examples=30)
@given(FAULTS, st.sampled_from(PrintMarker))
def test_whatever_is_wrong_the_answer_is_true_and_the_ticket_single(
    faults: dict[str, Any], marker: PrintMarker
) -> None:
    with PrinterEmulator(Faults(**faults)) as printer:
        result = send(printer, marker, status_timeout_s=0.1, print_timeout_s=0.2)
        printed_now = len(printer.tickets)
        printer.set(**HEALTHY)
        assert send(printer, seed=2).outcome is PrintOutcome.PRINTED
        first = [t for t in printer.tickets if shows(t, picture(1))]
        # Random noise may look like the one-byte answer to GS r; a process ID cannot be made up.
        if result.outcome is PrintOutcome.PRINTED and marker is PrintMarker.GS_H:
            assert printed_now == 1
        if result.outcome is NOT_SENT:
            assert len(printer.tickets) == 1
            assert first == []
        if result.outcome is HELD and "drop_after" not in faults:
            assert len(first) == 1
        assert len(first) <= 1
