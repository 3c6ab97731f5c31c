"""Replicas exchange logs: what was pruned, set aside, asked for and granted. Self-contained."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UP = (
    # Nothing was ever pruned before: NULL is the chain before a log's first event.
    "ALTER TABLE log_head ADD COLUMN base_chain BLOB",
    "ALTER TABLE me ADD COLUMN rewrites INTEGER DEFAULT 0 NOT NULL",
    "CREATE TABLE set_aside ( log_id BLOB NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL, "
    "hlc INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, "
    "PRIMARY KEY (log_id, seq, chain) ) WITHOUT ROWID",
    "CREATE TABLE intent ( claim_id TEXT NOT NULL, draft TEXT NOT NULL, created INTEGER NOT NULL, "
    "PRIMARY KEY (claim_id) ) WITHOUT ROWID",
    "CREATE TABLE granted ( claim_id TEXT NOT NULL, ticket_id TEXT NOT NULL, "
    "generation INTEGER NOT NULL, counter INTEGER NOT NULL, PRIMARY KEY (claim_id) ) WITHOUT ROWID",
    "CREATE INDEX ticket_at_counter ON ticket (business_day, counter)"
    " WHERE rank >= 10 AND rank < 25",
    # Looked at with every call: the few that a step has tied to a counter, not all who wait.
    "CREATE INDEX ticket_reserved ON ticket (business_day) WHERE rank = 0 AND course IS NOT NULL",
    # Who is at a counter follows from the tickets alone, whatever order their events came in.
    "DELETE FROM occupancy",
    "INSERT INTO occupancy (business_day, counter, ticket_id)"
    " SELECT business_day, counter, ticket_id FROM (SELECT business_day, counter, ticket_id,"
    " ROW_NUMBER() OVER (PARTITION BY business_day, counter"
    " ORDER BY hlc DESC, log_id DESC, ticket_id DESC) AS place FROM ticket"
    " WHERE rank >= 10 AND rank < 25 AND counter IS NOT NULL) WHERE place = 1",
)
_DOWN = (
    "DROP INDEX ticket_reserved",
    "DROP INDEX ticket_at_counter",
    "DROP TABLE granted",
    "DROP TABLE intent",
    "DROP TABLE set_aside",
    "ALTER TABLE me DROP COLUMN rewrites",
    "ALTER TABLE log_head DROP COLUMN base_chain",
)


def upgrade() -> None:
    """Add what replication needs."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Take it away again."""
    for statement in _DOWN:
        op.execute(statement)
