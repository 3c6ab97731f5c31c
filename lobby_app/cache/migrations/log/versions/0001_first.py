"""First schema of log.db. Self-contained: imports nothing of the program."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CREATE = (
    "CREATE TABLE device_state ( device_id TEXT NOT NULL, business_day TEXT NOT NULL, "
    "state TEXT NOT NULL, hlc INTEGER NOT NULL, log_id TEXT NOT NULL, PRIMARY KEY "
    "(device_id) ) WITHOUT ROWID",
    "CREATE TABLE event ( log_id BLOB NOT NULL, seq INTEGER NOT NULL, hlc INTEGER NOT "
    "NULL, chain BLOB NOT NULL, kind TEXT, business_day TEXT, body TEXT NOT NULL, PRIMARY"
    " KEY (log_id, seq) ) WITHOUT ROWID",
    "CREATE INDEX event_by_day ON event (business_day, kind)",
    "CREATE TABLE log_head ( log_id BLOB NOT NULL, last_seq INTEGER NOT NULL, last_chain "
    "BLOB NOT NULL, last_day TEXT, base_seq INTEGER NOT NULL, is_own INTEGER NOT NULL, "
    "acked_seq INTEGER NOT NULL, PRIMARY KEY (log_id) ) WITHOUT ROWID",
    "CREATE TABLE me ( id INTEGER NOT NULL, log_id BLOB NOT NULL, last_hlc INTEGER NOT "
    "NULL, clock_offset_ms INTEGER NOT NULL, binding BLOB NOT NULL, answered_mark TEXT, "
    "PRIMARY KEY (id) )",
    "CREATE TABLE quarantine ( log_id BLOB NOT NULL, seq INTEGER NOT NULL, reason TEXT "
    "NOT NULL, PRIMARY KEY (log_id, seq) ) WITHOUT ROWID",
    "CREATE TABLE series ( zone TEXT NOT NULL, business_day TEXT NOT NULL, last_number "
    "INTEGER NOT NULL, PRIMARY KEY (zone, business_day) ) WITHOUT ROWID",
    "CREATE TABLE staff ( number TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT "
    "NULL, pin_hash TEXT NOT NULL, PRIMARY KEY (number) ) WITHOUT ROWID",
    "CREATE TABLE ticket ( ticket_id TEXT NOT NULL, business_day TEXT NOT NULL, "
    "generation INTEGER, rank INTEGER, claim_priority INTEGER, hlc INTEGER, log_id TEXT, "
    "queue TEXT, priority TEXT, eligible_at INTEGER, counter INTEGER, claim_id TEXT, "
    "issued_hlc INTEGER, issued_log_id TEXT, number TEXT, zone TEXT, business TEXT, "
    "customer_ref TEXT, qr_token TEXT, language TEXT, large_type INTEGER, printed_hlc "
    "INTEGER, printed_log_id TEXT, print_outcome TEXT, copies INTEGER NOT NULL, PRIMARY "
    "KEY (ticket_id) ) WITHOUT ROWID",
    "CREATE INDEX ticket_by_day ON ticket (business_day, issued_hlc)",
    "CREATE INDEX ticket_waiting ON ticket (business_day, issued_hlc) WHERE rank = 0",
)
_DROP = (
    "DROP TABLE device_state",
    "DROP TABLE event",
    "DROP TABLE log_head",
    "DROP TABLE me",
    "DROP TABLE quarantine",
    "DROP TABLE series",
    "DROP TABLE staff",
    "DROP TABLE ticket",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _CREATE:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    for statement in _DROP:
        op.execute(statement)
