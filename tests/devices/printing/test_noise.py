"""Random bytes from a printer never raise, never loop, never confirm."""

from itertools import chain, repeat
from time import monotonic

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby_app.config import PrintMarker
from lobby_app.devices.printing.job import ask_status, run_job
from lobby_app.devices.printing.transports import Connection
from lobby_app.domain.ports import PrintOutcome


class Babbler:
    """A line on which a printer says these things, then one thing for ever."""

    two_way = True

    def __init__(self, pieces: list[bytes], for_ever: bytes) -> None:
        self._pieces = chain(pieces, repeat(for_ever))
        self.jobs = 0

    def open(self) -> Connection:
        return self

    def send(self, data: bytes) -> None:
        self.jobs += len(data) > 100

    def receive(self, timeout_s: float) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        pass


@settings(max_examples=150)
@given(st.lists(st.binary(max_size=12), max_size=12), st.binary(max_size=3))
def test_noise_is_survived(pieces: list[bytes], for_ever: bytes) -> None:
    start = monotonic()
    for marker in (PrintMarker.GS_H, PrintMarker.GS_R):
        line = Babbler(pieces, for_ever)
        result = run_job(
            line, bytes(200), "A017", marker, status_timeout_s=0.004, print_timeout_s=0.01
        )
        assert line.jobs <= 1
        assert result.outcome is not PrintOutcome.NOT_SENT or line.jobs == 0
        if marker is PrintMarker.GS_H:
            assert result.outcome is not PrintOutcome.PRINTED
    ask_status(Babbler(pieces, for_ever), status_timeout_s=0.004)
    assert monotonic() - start < 5
