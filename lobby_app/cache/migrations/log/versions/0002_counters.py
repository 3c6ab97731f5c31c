"""Counters call: courses of tickets, open counters, calls, who is where. Self-contained."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE ticket ADD COLUMN course TEXT",
    "ALTER TABLE ticket ADD COLUMN call_without_sound INTEGER",
    "ALTER TABLE ticket ADD COLUMN documents_incomplete INTEGER",
    # Tickets that were issued before have said neither.
    "UPDATE ticket SET call_without_sound = 0, documents_incomplete = 0"
    " WHERE issued_hlc IS NOT NULL",
    "CREATE INDEX ticket_heads ON ticket (business_day, queue, priority, eligible_at, number)"
    " WHERE rank = 0",
    "CREATE TABLE counter_state ( business_day TEXT NOT NULL, counter INTEGER NOT NULL, "
    "is_open INTEGER NOT NULL, queues TEXT NOT NULL, staff TEXT NOT NULL, hlc INTEGER NOT NULL, "
    "log_id TEXT NOT NULL, PRIMARY KEY (business_day, counter) ) WITHOUT ROWID",
    "CREATE TABLE occupancy ( business_day TEXT NOT NULL, counter INTEGER NOT NULL, "
    "ticket_id TEXT NOT NULL, PRIMARY KEY (business_day, counter) ) WITHOUT ROWID",
    "CREATE UNIQUE INDEX occupancy_of_ticket ON occupancy (ticket_id)",
    "CREATE TABLE call ( business_day TEXT NOT NULL, hlc INTEGER NOT NULL, log_id TEXT NOT NULL, "
    "ticket_id TEXT NOT NULL, counter INTEGER NOT NULL, priority TEXT, is_again INTEGER NOT NULL, "
    "PRIMARY KEY (business_day, hlc, log_id) ) WITHOUT ROWID",
    "CREATE INDEX call_at_counter ON call (business_day, counter, hlc)",
)
_DOWN = (
    "DROP TABLE call",
    "DROP TABLE occupancy",
    "DROP TABLE counter_state",
    "DROP INDEX ticket_heads",
    "ALTER TABLE ticket DROP COLUMN documents_incomplete",
    "ALTER TABLE ticket DROP COLUMN call_without_sound",
    "ALTER TABLE ticket DROP COLUMN course",
)


def upgrade() -> None:
    """Add what calling needs."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Take it away again."""
    for statement in _DOWN:
        op.execute(statement)
