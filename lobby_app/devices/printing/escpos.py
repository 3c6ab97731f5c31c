"""The few ESC/POS bytes we need (devices 4.2), and what a printer answers."""

from dataclasses import dataclass, field

from lobby_app.domain.slip import Bitmap

INITIALISE = b"\x1b@"
FEED_AND_CUT = b"\x1bd\x03\x1dV\x42\x00"
QUEUED_STATUS_REQUEST = b"\x1dr\x01"
_BAND_LINES = 128  # cheap printers have buffers of 4 kB: send bands
# Real-time requests take effect wherever they stand, inside pictures too: DLE EOT (status),
# DLE ENQ (resume or clear), DLE DC4 (drawer, power off, clear).
_REALTIME_COMMANDS = (0x04, 0x05, 0x14)


def raster_job(bitmap: Bitmap) -> bytes:
    """Return the bytes that print one picture and cut: `GS v 0` bands, then feed and cut."""
    row = (bitmap.width + 7) // 8
    data = _without_commands(bitmap.data)
    parts = [INITIALISE]
    for top in range(0, bitmap.height, _BAND_LINES):
        lines = min(_BAND_LINES, bitmap.height - top)
        header = b"\x1dv0\x00" + row.to_bytes(2, "little") + lines.to_bytes(2, "little")
        parts += [header, data[top * row : (top + lines) * row]]
    parts.append(FEED_AND_CUT)
    return b"".join(parts)


def _without_commands(data: bytes) -> bytes:
    """Add one dot wherever a picture would spell a real-time command. Nobody sees a dot."""
    for command in _REALTIME_COMMANDS:
        data = data.replace(bytes((0x10, command)), bytes((0x18, command)))
    return data


def process_id_request(job_id: str) -> bytes:
    """Return `GS ( H` function 48: the printer answers when everything before it is printed."""
    return b"\x1d(H\x06\x0000" + job_id.encode("ascii")


def realtime_request(number: int) -> bytes:
    """Return `DLE EOT n`: answered at once, also by a printer that has stopped."""
    return bytes((0x10, 0x04, number))


@dataclass(slots=True)
class Answers:
    """Sorts what a printer sends into the three kinds of answer; the rest is passed over.

    Attributes:
        process_ids: job ids confirmed by `GS ( H`.
        queued: bytes that answer `GS r 1`.
        realtime: bytes that answer `DLE EOT`.
    """

    process_ids: list[str] = field(default_factory=list)
    queued: list[int] = field(default_factory=list)
    realtime: list[int] = field(default_factory=list)
    _rest: bytes = b""

    def feed(self, data: bytes) -> None:
        """Take bytes as they come; a frame may arrive in pieces. Accepts any bytes."""
        self._rest += data
        while self._rest and (used := self._take(self._rest)):
            self._rest = self._rest[used:]

    def forget(self) -> None:
        """Drop everything heard so far: it belongs to an earlier question or job."""
        self.process_ids, self.queued, self.realtime, self._rest = [], [], [], b""

    def _take(self, data: bytes) -> int:
        """Sort the first answer of `data` and return its length, 0 = more bytes are needed."""
        first = data[0]
        if first == 0x37 and data[1:2] in (b"", b"\x22"):
            return self._take_process_id(data)
        if first & 0x93 == 0x12:
            self.realtime.append(first)
        elif first & 0x93 == 0x10:
            return _length_of_automatic_status(data)
        elif first & 0x90 == 0:
            self.queued.append(first)
        return 1

    def _take_process_id(self, data: bytes) -> int:
        """37 22 d1 d2 d3 d4 00; the digits may look like any other answer."""
        if len(data) < 7:
            return 0
        if data[6] != 0:
            return 1
        self.process_ids.append(data[2:6].decode("ascii", "replace"))
        return 7


def _length_of_automatic_status(data: bytes) -> int:
    """Four bytes that some printers send unasked; the last three would look like `GS r 1`."""
    others = data[1:4]
    if any(byte & 0x90 for byte in others):
        return 1
    return 4 if len(others) == 3 else 0
