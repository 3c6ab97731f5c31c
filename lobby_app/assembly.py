"""From settings to one working desk: the only place that picks adapters."""

import logging
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime, time
from secrets import token_bytes
from uuid import uuid4
from zoneinfo import ZoneInfo

from lobby_app.cache.customer_feed import SqlCustomerStore
from lobby_app.cache.customers import SqlCustomerCache, open_customers
from lobby_app.cache.granting import Granting
from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.cache.replica import SqliteReplica
from lobby_app.cache.self_check import self_check
from lobby_app.config import Settings
from lobby_app.demo.branches import demo_branch, with_lunch
from lobby_app.demo.clock import read_clock
from lobby_app.demo.install import install_demo
from lobby_app.devices.key_file import KeyFile
from lobby_app.devices.secrets import NoSecrets, open_key_store
from lobby_app.domain.branch import Branch, StaffMember
from lobby_app.domain.business import Policy
from lobby_app.domain.customer_ports import ask_nobody
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Clock, Secrets, SecretState
from lobby_app.domain.secret_names import TOKEN_KEY, TOKEN_KEY_NUMBER
from lobby_app.partners import open_claims, open_line
from lobby_app.policy.branch_file import load_branch_file
from lobby_app.policy.loader import load_policy
from lobby_app.scans.code_keys import read_code_keys
from lobby_app.scans.codes import new_ticket_token
from lobby_app.scans.context import ReplayGuard, ScanContext
from lobby_app.scans.parse import parse
from lobby_app.services.desk import Desk, alone
from lobby_app.services.pin_guard import PinGuard
from lobby_app.services.views import SelfCheck, StoreState
from lobby_app.sync.customers import expire_customers
from lobby_app.sync.lookup import CentreLookup
from lobby_app.sync.status import StatusFile

_log = logging.getLogger(__name__)
_SERVICE = "lobby"
_DEMO_KEYS = "demo-keys.json"
_STORE_STATES = {
    SecretState.KEY_STORE: StoreState.ENCRYPTED,
    SecretState.KEY_FILE: StoreState.KEY_FILE,
    SecretState.NONE: StoreState.NO_KEY_STORE,
}


class BranchClock:
    """ports.Clock: the computer's clock in the branch's time zone."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)

    def now(self) -> datetime:
        """Return the present time, aware."""
        return datetime.now(self._zone)


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """An opened desk and what has to be closed again.

    Attributes:
        token: number domain and number → keyed token, for importing reference data.
    """

    desk: Desk
    customers: SqlCustomerCache
    token: Callable[[str, str], str]
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class OpenReplica:
    """The log of this desk as a replica, for processes that show nothing.

    Attributes:
        grant: decides claims as a relay.
    """

    replica: SqliteReplica
    grant: Granting
    log: OpenLog
    secrets: Secrets

    def now_ms(self) -> int:
        """Return this desk's clock, ms since the epoch."""
        return round(self.log.clock.now().timestamp() * 1000)

    def close(self) -> None:
        """Let go of the file."""
        self.log.close()


def open_replica(settings: Settings) -> OpenReplica:
    """Open keys and log of this desk. Blocking.

    Raises:
        KnownError: `policy.*`, `branch.*`, `cache.*`, `secrets.*`.
    """
    if settings.demo:
        _expect_demo_folder(settings)
    branch, _ = _branch(settings, load_policy(settings.policy_folder))
    secrets, _ = _secrets(settings)
    log = open_log(settings.data_dir / "log.db", secrets, _clock(settings, branch))
    return OpenReplica(SqliteReplica(log, settings.slot), Granting(log), log, secrets)


def open_customer_store(
    settings: Settings, opened: OpenReplica, stack: ExitStack
) -> SqlCustomerStore:
    """Return this desk's customers for whoever follows the bank's feed; closed with the stack.

    Raises:
        KnownError: `cache.*`, `secrets.*`.
    """
    file = settings.data_dir / "customers.db"
    return SqlCustomerStore(
        stack.enter_context(closing(open_customers(file, opened.secrets, opened.log.clock)))
    )


def open_desk(settings: Settings, clock: Clock | None = None) -> OpenDesk:
    """Open keys, files and branch of this desk. Blocking: call it on the db worker.

    `clock`: another time than the computer's, for playing a demo day.

    Raises:
        KnownError: `policy.*`, `branch.*`, `cache.*`; with broken key store the queue still runs.
    """
    policy = load_policy(settings.policy_folder)
    if settings.demo:
        _expect_demo_folder(settings)
        policy = never_closing(policy)
    branch, staff = _branch(settings, policy)
    clock = clock or _clock(settings, branch)
    if settings.demo and not settings.branch_file and not isinstance(clock, BranchClock):
        # Only the tellers of a played day go to lunch; who tries the demo at noon is at work.
        branch = with_lunch(branch)
    secrets, notices = _secrets(settings)
    try:
        opened = _opened(settings, policy, branch, clock, secrets, notices)
    except KnownError as error:
        if not error.key.startswith("secrets."):
            raise
        _log.warning("key store failed while opening: %s", error.key)
        secrets, notices = NoSecrets(), ["secrets.notice_no_keys"]
        opened = _opened(settings, policy, branch, clock, secrets, notices)
    if settings.demo:
        install_demo(opened.desk, opened.customers, opened.token, opened.desk.business_day())
    else:
        with opened.desk.unit_of_work() as work:
            work.put_staff(staff)
            work.commit()
    return opened


def _clock(settings: Settings, branch: Branch) -> Clock:
    """Return the computer's time, or the demo's own while its traffic runs."""
    shown = read_clock(settings.data_dir, branch.timezone) if settings.demo else None
    return shown or BranchClock(branch.timezone)


def _expect_demo_folder(settings: Settings) -> None:
    """Refuse to put the demo into a folder where a real desk keeps its log."""
    log, keys = settings.data_dir / "log.db", settings.data_dir / _DEMO_KEYS
    if log.exists() and not keys.exists() and not settings.secrets.key_file:
        raise KnownError("config.not_a_demo_folder", folder=str(settings.data_dir))


def never_closing(policy: Policy) -> Policy:
    """Return the policy of a demo that can be tried at any hour of the day."""
    thresholds = replace(policy.thresholds, closing=time.max)
    return replace(policy, version=f"{policy.version}+demo", thresholds=thresholds)


def _branch(settings: Settings, policy: Policy) -> tuple[Branch, tuple[StaffMember, ...]]:
    if settings.branch_file:
        described = load_branch_file(settings.data_dir / settings.branch_file, policy)
        return described.branch, described.staff
    if settings.demo:
        return demo_branch(), ()
    raise KnownError("config.no_branch", file=str(settings.data_dir / "lobby.toml"))


def open_secrets(settings: Settings) -> Secrets:
    """Return where this desk's keys live. Blocking."""
    secrets, _ = _secrets(settings)
    return secrets


def _secrets(settings: Settings) -> tuple[Secrets, list[str]]:
    """Return where keys live and what to say about it."""
    if settings.secrets.key_file:
        return KeyFile(settings.data_dir / settings.secrets.key_file), []
    if settings.demo:
        return KeyFile(settings.data_dir / _DEMO_KEYS), []
    # Each data folder has keys of its own: two desks of one user must not share a watermark.
    store = open_key_store(f"{_SERVICE}:{settings.data_dir.resolve()}")
    notices = ["secrets.notice_no_keys"] if store.state is SecretState.NONE else []
    return store, notices


def _opened(
    settings: Settings,
    policy: Policy,
    branch: Branch,
    clock: Clock,
    secrets: Secrets,
    notices: list[str],
) -> OpenDesk:
    log = open_log(settings.data_dir / "log.db", secrets, clock)
    customers = open_customers(settings.data_dir / "customers.db", secrets, clock)
    key = _token_key(secrets)
    guard = ReplayGuard()
    code_keys = read_code_keys(settings.code_keys_file)

    def context() -> ScanContext:
        return ScanContext(
            token_key=key,
            key_number=TOKEN_KEY_NUMBER,
            now=clock.now(),
            ticket_url=settings.ticket_url,
            customer_code_keys=code_keys,
            first_use=guard.first_use,
            is_demo=settings.demo,
        )

    store = SqlCustomerStore(customers)
    expire_customers(store, clock.now())
    look_up = _lookup(settings, secrets, store, clock)
    # By the computer's own time, as it is said: also while a demo day is played.
    link = StatusFile(settings.data_dir, BranchClock(branch.timezone).now).read
    claims = open_claims(settings, secrets, log, link)
    report = self_check(log, clock.now())
    desk = Desk(
        branch=branch,
        slot=settings.slot,
        policy=policy,
        clock=clock,
        unit_of_work=log.unit_of_work,
        reader=log.reader,
        changes=log.changes,
        customers=customers,
        scan=lambda text: parse(text, context()),
        new_id=lambda: str(uuid4()),
        new_ticket_token=new_ticket_token,
        ticket_url=settings.ticket_url,
        store=_STORE_STATES[secrets.state],
        self_check=SelfCheck(
            passed=not report.problems,
            checked_events=report.checked_events,
            next_numbers=report.next_numbers,
            problems=report.problems,
            notices=(*notices, *log.notices),
        ),
        pin_guard=PinGuard(),
        look_up=look_up or ask_nobody,
        claims=claims.claims if claims is not None else None,
        link=link if settings.central.is_set else alone,
    )

    def close() -> None:
        if look_up is not None:
            look_up.close()
        if claims is not None:
            claims.close()
        log.close()
        customers.close()

    return OpenDesk(
        desk=desk,
        customers=customers,
        token=lambda domain, number: context().token(domain, number),
        close=close,
    )


def _lookup(
    settings: Settings, secrets: Secrets, store: SqlCustomerStore, clock: Clock
) -> CentreLookup | None:
    """Return who asks the centre for other branches' customers, None where there is no centre."""
    if not settings.central.is_set:
        return None
    try:
        return CentreLookup(open_line(settings, secrets), store, clock.now)
    except KnownError as error:
        _log.warning("no look-up of customers: %s", error.key)
        return None


def _token_key(secrets: Secrets) -> bytes:
    """Return the key of the keyed tokens; without a key store it lives as long as this process."""
    if secrets.state is SecretState.NONE:
        return token_bytes(32)
    key = secrets.get(TOKEN_KEY)
    if key is None:
        key = token_bytes(32)
        secrets.put(TOKEN_KEY, key)
    return key
