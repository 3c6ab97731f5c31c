"""First schema of customers.db. Self-contained: imports nothing of the program."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CREATE = (
    "CREATE TABLE appointment ( code TEXT NOT NULL, customer_ref TEXT, starts_at TEXT NOT"
    " NULL, channel TEXT NOT NULL, business TEXT NOT NULL, PRIMARY KEY (code) ) WITHOUT "
    "ROWID",
    "CREATE INDEX appointment_of_customer ON appointment (customer_ref, starts_at)",
    "CREATE TABLE customer ( customer_ref TEXT NOT NULL, record TEXT NOT NULL, PRIMARY "
    "KEY (customer_ref) ) WITHOUT ROWID",
    "CREATE TABLE customer_token ( token TEXT NOT NULL, customer_ref TEXT NOT NULL, "
    "PRIMARY KEY (token) ) WITHOUT ROWID",
    "CREATE TABLE meta ( id INTEGER NOT NULL, as_of TEXT NOT NULL, PRIMARY KEY (id) )",
)
_DROP = (
    "DROP TABLE appointment",
    "DROP TABLE customer",
    "DROP TABLE customer_token",
    "DROP TABLE meta",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in _CREATE:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    for statement in _DROP:
        op.execute(statement)
