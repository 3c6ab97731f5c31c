"""The number is valid but the paper is not there: show it big, with its code, and go on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lobby_app.domain.ports import PrinterProblem, PrintOutcome, PrintResult
from lobby_app.services.views import Issued
from lobby_app.ui.i18n import Wording
from lobby_app.ui.paper.blocks import qr_matrix
from lobby_app.ui.widgets.basics import Button, label, set_text
from lobby_app.ui.widgets.qr_code import QrCode
from lobby_app.ui.widgets.sheet import Sheet

_QR_SIDE = 260


class TroubleSheet(Sheet):
    """What to do about a slip that did not (surely) come out.

    Signals:
        came_out(object): Issued; the greeter has the paper in hand.
        again(object): Issued; send it once more, as it was never sent.
        copy(object): Issued; print a marked copy, as the first may lie somewhere.
    """

    came_out = Signal(object)
    again = Signal(object)
    copy = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=720)
        self._issued: Issued | None = None
        self.number = label(self.content, "number")
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.code = QrCode(self.content, _QR_SIDE)
        self.yes = Button(self.content)
        self.retry = Button(self.content)
        self.go_on = Button(self.content, "primary")
        self.body.addWidget(self.number)
        self.body.addWidget(self.code)
        line = QHBoxLayout()
        line.setSpacing(8)
        for button in (self.go_on, self.retry, self.yes):
            line.addWidget(button)
        self.body.addLayout(line)
        self.yes.clicked.connect(self._came_out)
        self.retry.clicked.connect(self._retry)
        self.go_on.clicked.connect(self.dismiss)
        self._may_send_again = False

    def show_trouble(self, issued: Issued, result: PrintResult, wording: Wording) -> None:
        """Show one slip with its problem."""
        self._issued = issued
        problem = result.problem or PrinterProblem.NOT_CONFIRMED
        number = issued.slip.number
        set_text(self.title, wording("trouble_title"))
        set_text(self.text, wording.messages(f"printer.{problem.value}", number=number))
        set_text(self.close_button, wording("close_sheet"))
        set_text(self.number, number)
        self.code.show_matrix(qr_matrix(issued.slip.qr_payload))
        self.code.setAccessibleName(wording("trouble_code", number=number))
        self._may_send_again = result.outcome is PrintOutcome.NOT_SENT
        set_text(self.go_on, wording("trouble_go_on"))
        set_text(self.retry, wording("trouble_again" if self._may_send_again else "trouble_copy"))
        set_text(self.yes, wording("trouble_came_out"))
        self.yes.setVisible(not self._may_send_again)
        self.open_over(self.go_on)

    def _came_out(self) -> None:
        self.hide()
        self.came_out.emit(self._issued)

    def _retry(self) -> None:
        self.hide()
        (self.again if self._may_send_again else self.copy).emit(self._issued)
