"""`lobby central import-customers`: numbers become tokens here, and only tokens leave."""

import argparse
from datetime import UTC, datetime

from lobby_app.assembly import open_secrets
from lobby_app.central.administration import Change
from lobby_app.central.customer_file import read_customers
from lobby_app.central.customer_import import erase_customers
from lobby_app.central.customer_import import import_customers as bring_in
from lobby_app.central.initialising import bank_secrets
from lobby_app.commands.central.opening import opened, tell
from lobby_app.config import Settings
from lobby_app.domain.secret_names import TOKEN_KEY_NUMBER
from lobby_app.messages import Messages
from lobby_app.scans.context import ScanContext


def import_customers(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Bring in a branch's customers, or erase them everywhere."""
    branch, dry_run = options.branch, options.dry_run
    if options.erase:
        with opened(options, settings, messages) as sql:
            count = erase_customers(sql, branch, dry_run=dry_run)
        changes = [Change("central.customers_erased", {"branch": branch, "count": count})]
        tell(changes if count else [], messages, dry_run=dry_run)
        return 0
    key = bank_secrets(open_secrets(settings)).token_key
    tokens = ScanContext(token_key=key, key_number=TOKEN_KEY_NUMBER, now=datetime.now(UTC))
    with opened(options, settings, messages) as sql:
        done = bring_in(
            sql, branch, read_customers(options.file, tokens.token),
            full=options.full, dry_run=dry_run,
        )  # fmt: skip
    params = {"branch": branch, "read": done.read, "changed": done.changed, "gone": done.gone}
    changes = [Change("central.customers_imported", params)]
    tell(changes if done.changed or done.gone else [], messages, dry_run=dry_run)
    return 0
