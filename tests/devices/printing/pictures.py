"""A small picture whose every dot can be compared with the paper."""

import numpy
from PIL import Image

from lobby_app.devices.printing.escpos import raster_job
from lobby_app.domain.slip import Bitmap


def picture(seed: int = 1, width: int = 576, height: int = 300) -> Bitmap:
    """Return blobs of 8x4 dots, different for every seed, and never a real-time command."""
    blobs = numpy.random.default_rng(seed).integers(0, 2, (height // 4, width // 8), numpy.uint8)
    return Bitmap(width, height, numpy.repeat(blobs * 255, 4, axis=0).tobytes())


def job(seed: int = 1) -> bytes:
    return raster_job(picture(seed))


def shows(paper: Image.Image, bitmap: Bitmap) -> bool:
    """Tell whether a ticket begins with exactly this picture, and is blank after it."""
    bits = numpy.unpackbits(numpy.frombuffer(bitmap.data, numpy.uint8)).reshape(bitmap.height, -1)
    black = numpy.asarray(paper) == 0
    return bool((black[: bitmap.height] == bits).all() and not black[bitmap.height :].any())
