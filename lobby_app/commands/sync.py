"""`lobby sync`: keeps this desk's files together with the centre, or with its branch meanwhile.

Windows run it beside themselves; one process of a data folder does it, whichever came first.
"""

import logging
import random
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from time import monotonic

from lobby_app.assembly import open_customer_store, open_replica
from lobby_app.commands.beside import Ending
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.locking import locked
from lobby_app.logsetup import set_up_logging
from lobby_app.partners import ROSTER, open_line, open_relay_line
from lobby_app.sync.customers import CustomerExpiry, CustomerFeed
from lobby_app.sync.errands import Errands
from lobby_app.sync.peer.discovery import listening
from lobby_app.sync.peer.roster import RosterFile
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.status import StatusFile
from lobby_app.sync.worker import Surroundings, Worker

LOCK = "sync.lock"
_log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Exchange until told to end; return the exit status.

    Raises:
        KnownError: `sync.not_set_up`, `sync.running`, `cache.*` …
    """
    if not settings.central.is_set:
        raise KnownError("sync.not_set_up")
    ending = Ending()
    set_up_logging(settings.data_dir / "log")
    try:
        with locked(settings.data_dir / LOCK, 0.0), ExitStack() as stack:
            worker, expiry = _worker(settings, stack)
            _log.info("the exchange begins")

            def is_over(seconds: float) -> bool:
                expiry.look()
                return ending.is_over(seconds)

            worker.run(is_over)
    except TimeoutError as error:
        raise KnownError("sync.running") from error
    except KnownError:
        raise
    except Exception:
        # Whoever started us hears nothing of a trace; it is started again after a while.
        _log.exception("the exchange ends")
        return 2
    return 0


def _worker(settings: Settings, stack: ExitStack) -> tuple[Worker, CustomerExpiry]:
    """Return this desk's worker, and who sees to customer data while nobody answers.

    What they use is closed with the stack.
    """
    opened = stack.enter_context(closing(open_replica(settings)))
    line = stack.enter_context(closing(open_line(settings, opened.secrets)))
    relay = open_relay_line(settings, opened.secrets, stack.enter_context(listening()))
    if relay is not None:
        stack.enter_context(closing(relay))
    store = open_customer_store(settings, opened, stack)
    dice = random.Random()  # noqa: S311  # jitter
    feed = CustomerFeed(store, line, _now)
    errands = Errands(line, RosterFile(settings.data_dir / ROSTER), feed.follow, monotonic, dice)
    status = StatusFile(settings.data_dir, _now)
    around = Surroundings(monotonic, _now, opened.log.changes, status.write, dice)
    # A relay never asks itself: what others gave it is in its own file already.
    partner = RemoteReplica(relay) if relay is not None else None
    is_relay = bool(settings.relay.listen)
    centre = RemoteReplica(line)
    worker = Worker(opened.replica, centre, partner, around, errands, is_relay=is_relay)
    return worker, CustomerExpiry(store, _now)


def _now() -> datetime:
    return datetime.now(UTC)
