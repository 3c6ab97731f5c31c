"""What the controllers of the greeter's window share: the state of visit and desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from lobby_app.domain.errors import BugError
from lobby_app.ui.greeter.desk_state import DeskState
from lobby_app.ui.hub import WindowHub
from lobby_app.ui.i18n import Wording
from lobby_app.ui.shortcuts import KeyMap
from lobby_app.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from lobby_app.domain.business import Policy
    from lobby_app.services.views import Session
    from lobby_app.ui.greeter.port import Reception
    from lobby_app.ui.greeter.state import VisitState


class Hub(WindowHub):
    """State of the window, keys, the device worker and the use cases."""

    def __init__(
        self,
        parent: QObject,
        wording: Wording,
        keys: KeyMap,
        database: TaskRunner,
        devices: TaskRunner,
    ) -> None:
        super().__init__(parent, wording, database)
        self.keys = keys
        self.devices = devices
        self.desk = DeskState()
        self._visit: VisitState | None = None
        self._reception: Reception | None = None
        self._policy: Policy | None = None

    @property
    def visit(self) -> VisitState:
        """The visit at the desk; there is none before its controller is made."""
        if self._visit is None:
            raise BugError("the desk is not open yet")
        return self._visit

    @visit.setter
    def visit(self, visit: VisitState) -> None:
        self._visit = visit

    @property
    def is_open(self) -> bool:
        """Whether the desk's files are open."""
        return self._reception is not None

    @property
    def reception(self) -> Reception:
        """The use cases; there are none before `attach`."""
        if self._reception is None:
            raise BugError("the desk is not open yet")
        return self._reception

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        if self._policy is None:
            raise BugError("the desk is not open yet")
        return self._policy

    @property
    def session(self) -> Session:
        """Who is signed on."""
        if self.desk.session is None:
            raise BugError("nobody is signed on")
        return self.desk.session

    @property
    def is_working(self) -> bool:
        """Whether somebody is signed on and the desk is not locked."""
        return self.is_open and self.desk.session is not None and not self.desk.is_locked

    def attach(self, reception: Reception, policy: Policy) -> None:
        """Give the window its desk, once the files are open."""
        self._reception = reception
        self._policy = policy
