"""First schema of the centre: the files of sql_0001, in the order of their names."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make roles, tables and functions."""
    # Straight to the driver: several statements at a time, and `%` means nothing but itself.
    driver: Any = op.get_bind().connection.driver_connection
    for path in sorted((Path(__file__).parents[1] / "sql_0001").glob("*.sql")):
        driver.execute(path.read_text(encoding="utf-8"))
