"""Pictures become rows of a printer head without losing, adding or inverting a dot."""

import numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from PySide6.QtGui import QImage

from lobby_app.ui.paper.bitmap import to_bitmap


@given(st.integers(1, 70), st.integers(1, 9), st.data())
def test_each_dot_keeps_its_place_and_colour(width: int, height: int, data: DataObject) -> None:
    size = width * height
    cells = data.draw(st.lists(st.integers(0, 255), min_size=size, max_size=size))
    grey = numpy.array(cells, numpy.uint8).reshape(height, width)
    image = QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
    bitmap = to_bitmap(image)
    rows = numpy.frombuffer(bitmap.data, numpy.uint8).reshape(height, (width + 7) // 8)
    bits = numpy.unpackbits(rows, axis=1)
    assert (bitmap.width, bitmap.height) == (width, height)
    certain = (grey < 120) | (grey > 135)
    assert (bits[:, :width] == (grey < 128))[certain].all()
    assert not bits[:, width:].any()
