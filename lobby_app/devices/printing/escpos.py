"""The few ESC/POS bytes we need (devices 4.2)."""

from lobby_app.domain.slip import Bitmap

INITIALISE = b"\x1b@"
FEED_AND_CUT = b"\x1bd\x03\x1dV\x42\x00"
_BAND_LINES = 128  # cheap printers have buffers of 4 kB: send bands


def raster_job(bitmap: Bitmap) -> bytes:
    """Return the bytes that print one picture and cut: `GS v 0` bands, then feed and cut."""
    row = (bitmap.width + 7) // 8
    parts = [INITIALISE]
    for top in range(0, bitmap.height, _BAND_LINES):
        lines = min(_BAND_LINES, bitmap.height - top)
        header = b"\x1dv0\x00" + row.to_bytes(2, "little") + lines.to_bytes(2, "little")
        parts += [header, bitmap.data[top * row : (top + lines) * row]]
    parts.append(FEED_AND_CUT)
    return b"".join(parts)


def process_id_request(job_id: str) -> bytes:
    """Return `GS ( H` function 48: the printer answers when everything before it is printed."""
    return b"\x1d(H\x06\x0000" + job_id.encode("ascii")


def process_id_answer(job_id: str) -> bytes:
    """Return what the printer answers to `process_id_request`."""
    return b"\x37\x22" + job_id.encode("ascii") + b"\x00"


QUEUED_STATUS_REQUEST = b"\x1dr\x01"


def is_queued_status(byte: int) -> bool:
    """Tell whether a byte is an answer to GS r 1 (bits 4 and 7 are 0)."""
    return byte & 0x90 == 0


def realtime_request(number: int) -> bytes:
    """Return `DLE EOT n`: answered at once, also by a printer that has stopped."""
    return bytes((0x10, 0x04, number))


def is_realtime_status(byte: int) -> bool:
    """Tell whether a byte has the fixed bits of a DLE EOT answer (0xx1xx10)."""
    return byte & 0x93 == 0x12
