"""customers.db follows the centre's feed: its place there, customers looked up, tokens by customer.

Self-contained: imports nothing of the program.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UPGRADE = (
    "ALTER TABLE meta ADD COLUMN incarnation TEXT",
    "ALTER TABLE meta ADD COLUMN position INTEGER DEFAULT 0 NOT NULL",
    "CREATE TABLE looked_up ( customer_ref TEXT NOT NULL, fetched_at TEXT NOT NULL, PRIMARY KEY"
    " (customer_ref) ) WITHOUT ROWID",
    "CREATE INDEX token_of_customer ON customer_token (customer_ref)",
)
_DOWNGRADE = (
    "DROP INDEX token_of_customer",
    "DROP TABLE looked_up",
    "ALTER TABLE meta DROP COLUMN position",
    "ALTER TABLE meta DROP COLUMN incarnation",
)


def upgrade() -> None:
    """Add them."""
    for statement in _UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in _DOWNGRADE:
        op.execute(statement)
