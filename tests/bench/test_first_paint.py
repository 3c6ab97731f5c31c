"""What makes the first paint early: nothing heavy is imported before it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = (
    "qrcode", "PIL", "sqlalchemy", "alembic", "sqlcipher3", "yaml", "jwt", "argon2", "keyring",
    "cryptography", "serial", "numpy",
)  # fmt: skip


def test_the_window_is_painted_before_anything_heavy_is_imported() -> None:
    code = (
        "import sys, lobby_app.cli, lobby_app.app.greeter;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
