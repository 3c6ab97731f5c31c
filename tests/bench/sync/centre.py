"""A centre to measure: the demo's real PostgreSQL, durable, migrated, with desks enrolled."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from lobby_app.central.connection import DeadlineConnection, connect
from lobby_app.central.embedded import SUPERUSER, EmbeddedServer
from lobby_app.central.initialising import bank_secrets, initialise
from lobby_app.central.transport import ROLE, PostgresTransport
from lobby_app.devices.key_file import KeyFile
from tests.helpers.postgres import free_port

DESKS_OF_A_BRANCH = 5
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Centre:
    """A running server. `password`: of the role that all desks share."""

    server: EmbeddedServer
    password: str

    def open(self) -> DeadlineConnection:
        """Return a connection as superuser, in autocommit."""
        return connect(self.server.address, SUPERUSER, self.server.password, timeout_s=_LONGEST_S)

    def open_as_desk(self) -> DeadlineConnection:
        """Return a bare connection of the kind that a desk has."""
        return connect(self.server.address, ROLE, self.password, timeout_s=_LONGEST_S)

    def transport(self, token: str) -> PostgresTransport:
        """Return what a desk with this token calls with."""
        return PostgresTransport(self.server.address, self.password, token)

    def add_branch(self, desks: int = DESKS_OF_A_BRANCH) -> list[str]:
        """Make a branch with desks and return their tokens."""
        with self.open() as sql:
            found = sql.execute(
                "INSERT INTO lobby.branch (branch_id, name)"
                " SELECT COALESCE(MAX(branch_id), 0) + 1, 'Bench' FROM lobby.branch"
                " RETURNING branch_id"
            ).fetchone()
            assert found is not None
            tokens = [token_hex(32) for _ in range(desks)]
            for slot, token in enumerate(tokens, start=1):
                sql.execute(
                    "INSERT INTO lobby.desk (branch_id, desk_id, slot, kind, name, token_hash)"
                    " VALUES (%s, %s, %s, 'counter', 'Bench', %s)",
                    (found[0], slot, slot, sha256(token.encode()).digest()),
                )
        return tokens

    def add_desks(self, count: int) -> list[str]:
        """Enrol desks in as many branches as they fill; return their tokens."""
        tokens: list[str] = []
        while len(tokens) < count:
            tokens += self.add_branch()
        return tokens[:count]


@contextmanager
def running_centre() -> Iterator[Centre]:
    """Run a centre of its own; nothing of it is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="lobby-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedServer(Path(folder) / "central", free_port())
        try:
            server.start()
            keys = KeyFile(Path(folder) / "bank-keys.json")
            with connect(server.address, SUPERUSER, server.password) as sql:
                initialise(sql, keys, dry_run=False)
            yield Centre(server, bank_secrets(keys).password)
        finally:
            server.stop()
