"""Calls know their claim: one that was granted and made here, too, is one call. Self-contained."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE call ADD COLUMN claim_id TEXT",
    "CREATE INDEX call_of_claim ON call (claim_id) WHERE claim_id IS NOT NULL",
    # A log has one event at a moment; of a fork's two, the row is of either.
    "UPDATE call SET claim_id = said.claim_id FROM (SELECT business_day, hlc,"
    " lower(hex(log_id)) AS log_id, json_extract(body, '$.claim_id') AS claim_id,"
    " json_extract(body, '$.ticket') AS ticket_id"
    " FROM event WHERE kind = 'ticket_called' AND json_valid(body)) AS said"
    " WHERE call.business_day = said.business_day AND call.hlc = said.hlc"
    " AND call.log_id = said.log_id AND call.ticket_id = said.ticket_id",
)
_DOWN = (
    "DROP INDEX call_of_claim",
    "ALTER TABLE call DROP COLUMN claim_id",
)


def upgrade() -> None:
    """Say of which claim each call is."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Take it away again."""
    for statement in _DOWN:
        op.execute(statement)
