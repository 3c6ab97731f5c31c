"""Bytes to a printer and bytes from it."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.devices.printing.escpos import Answers, raster_job
from lobby_app.domain.slip import Bitmap
from tests.devices.printing.pictures import picture, shows
from tests.helpers.escpos_emulator import Paper

RECEIPT = b"\x37\x22A017\x00"


def heard(*pieces: bytes) -> Answers:
    answers = Answers()
    for piece in pieces:
        answers.feed(piece)
    return answers


def sorted_out(answers: Answers) -> tuple[list[str], list[int], list[int]]:
    return answers.process_ids, answers.queued, answers.realtime


@pytest.mark.parametrize("dots", [384, 576])
def test_a_picture_comes_out_dot_by_dot_and_is_cut(dots: int) -> None:
    bitmap, paper = picture(7, dots, 300), Paper(dots)
    assert paper.feed(raster_job(bitmap)) == b""
    assert len(paper.tickets) == 1
    assert shows(paper.tickets[0], bitmap)
    assert paper.unexpected == []


@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x01, 0xFF]), min_size=96, max_size=96))
def test_no_picture_spells_a_realtime_command(data: list[int]) -> None:
    bitmap, paper = Bitmap(192, 4, bytes(data)), Paper(192)
    answers = paper.feed(raster_job(bitmap))
    assert (answers, paper.unexpected) == (b"", [])
    added = numpy.asarray(paper.tickets[0])[:4] == 0
    wanted = numpy.unpackbits(numpy.array(data, numpy.uint8)).reshape(4, -1) == 1
    assert (added | wanted == added).all()  # dots are added where needed, never taken away


def test_a_receipt_is_found_between_other_answers_and_in_pieces() -> None:
    stream = b"\x12" + RECEIPT + b"\x16"
    for cut in range(len(stream) + 1):
        assert sorted_out(heard(stream[:cut], stream[cut:])) == (["A017"], [], [0x12, 0x16])


@pytest.mark.parametrize("job_id", ["2222", "7\x22A0", "    ", "6:>Z"])
def test_the_digits_of_a_receipt_are_no_answers_of_their_own(job_id: str) -> None:
    answers = heard(b"\x37\x22" + job_id.encode() + b"\x00")
    assert sorted_out(answers) == ([job_id], [], [])


def test_automatic_status_is_not_taken_for_a_queued_answer() -> None:
    assert sorted_out(heard(b"\x10\x00\x00\x00")) == ([], [], [])
    assert sorted_out(heard(b"\x10\x00\x00\x00\x03")) == ([], [3], [])


def test_flow_control_and_noise_are_passed_over() -> None:
    assert sorted_out(heard(b"\x11\x13\xff\x80\x12")) == ([], [], [0x12])


def test_forgetting_drops_half_a_frame_too() -> None:
    answers = heard(b"\x12\x00" + RECEIPT[:4])
    answers.forget()
    answers.feed(RECEIPT[4:])
    assert answers.process_ids == []


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_in_any_pieces_are_sorted_alike(data: bytes, cut: int) -> None:
    whole = heard(data)
    assert sorted_out(heard(data[:cut], data[cut:])) == sorted_out(whole)
    assert len(whole.queued) + len(whole.realtime) + 7 * len(whole.process_ids) <= len(data)
