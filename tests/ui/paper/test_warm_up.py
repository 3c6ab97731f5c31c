"""Two threads that draw for the first time at the same moment, in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RACE = """
import sys, threading
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
application = QGuiApplication([])
from lobby_app.ui.paper.blocks import rule
from lobby_app.ui.paper.warm_up import warm_up
warm_up()
images = [QImage(576, 40, QImage.Format.Format_Grayscale8) for _ in range(2)]
screen, paper = map(QPainter, images)
area, colour, line = QRectF(0, 8, 576, 2), QColor("black"), rule(576)
sys.setswitchinterval(1e-6)
is_ready = is_begun = False
def draw():
    global is_ready
    is_ready = True
    while not is_begun:
        pass
    line.paint(paper, 0)
worker = threading.Thread(target=draw)
worker.start()
while not is_ready:
    pass
is_begun = True
screen.fillRect(area, colour)
worker.join()
screen.end(), paper.end()
"""


@pytest.mark.parametrize("attempt", range(4))
def test_screen_and_paper_may_draw_their_first_ticket_at_once(attempt: int) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", RACE],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
