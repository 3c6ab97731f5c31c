"""Tables of the two files, as SQLAlchemy knows them; rows never leave this package."""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

LOG_REVISION = "0004"
CUSTOMERS_REVISION = "0002"

log_metadata = MetaData()
customers_metadata = MetaData()

event = Table(
    "event",
    log_metadata,
    Column("log_id", LargeBinary, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("hlc", Integer, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("kind", Text),
    Column("business_day", Text),
    Column("body", Text, nullable=False),
    Index("event_by_day", "business_day", "kind"),
    sqlite_with_rowid=False,
)
log_head = Table(
    "log_head",
    log_metadata,
    Column("log_id", LargeBinary, primary_key=True),
    Column("last_seq", Integer, nullable=False),
    Column("last_chain", LargeBinary, nullable=False),
    Column("last_day", Text),
    Column("base_seq", Integer, nullable=False),
    Column("is_own", Integer, nullable=False),
    Column("acked_seq", Integer, nullable=False),
    Column("base_chain", LargeBinary),
    sqlite_with_rowid=False,
)
me = Table(
    "me",
    log_metadata,
    Column("id", Integer, primary_key=True),
    Column("log_id", LargeBinary, nullable=False),
    Column("last_hlc", Integer, nullable=False),
    Column("clock_offset_ms", Integer, nullable=False),
    Column("binding", LargeBinary, nullable=False),
    Column("answered_mark", Text),
    Column("rewrites", Integer, nullable=False, server_default=text("0")),
)
series = Table(
    "series",
    log_metadata,
    Column("zone", Text, primary_key=True),
    Column("business_day", Text, primary_key=True),
    Column("last_number", Integer, nullable=False),
    sqlite_with_rowid=False,
)
ticket = Table(
    "ticket",
    log_metadata,
    Column("ticket_id", Text, primary_key=True),
    Column("business_day", Text, nullable=False),
    Column("generation", Integer),
    Column("rank", Integer),
    Column("claim_priority", Integer),
    Column("hlc", Integer),
    Column("log_id", Text),
    Column("queue", Text),
    Column("priority", Text),
    Column("eligible_at", Integer),
    Column("counter", Integer),
    Column("claim_id", Text),
    Column("issued_hlc", Integer),
    Column("issued_log_id", Text),
    Column("number", Text),
    Column("zone", Text),
    Column("business", Text),
    Column("customer_ref", Text),
    Column("qr_token", Text),
    Column("language", Text),
    Column("large_type", Integer),
    Column("printed_hlc", Integer),
    Column("printed_log_id", Text),
    Column("print_outcome", Text),
    Column("copies", Integer, nullable=False),
    Column("course", Text),
    Column("call_without_sound", Integer),
    Column("documents_incomplete", Integer),
    Index("ticket_by_day", "business_day", "issued_hlc"),
    Index("ticket_waiting", "business_day", "issued_hlc", sqlite_where=text("rank = 0")),
    Index(
        "ticket_heads",
        "business_day",
        "queue",
        "priority",
        "eligible_at",
        "number",
        sqlite_where=text("rank = 0"),
    ),
    Index(
        "ticket_at_counter",
        "business_day",
        "counter",
        sqlite_where=text("rank >= 10 AND rank < 25"),
    ),
    Index("ticket_reserved", "business_day", sqlite_where=text("rank = 0 AND course IS NOT NULL")),
    sqlite_with_rowid=False,
)
device_state = Table(
    "device_state",
    log_metadata,
    Column("device_id", Text, primary_key=True),
    Column("business_day", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("hlc", Integer, nullable=False),
    Column("log_id", Text, nullable=False),
    sqlite_with_rowid=False,
)
counter_state = Table(
    "counter_state",
    log_metadata,
    Column("business_day", Text, primary_key=True),
    Column("counter", Integer, primary_key=True),
    Column("is_open", Integer, nullable=False),
    Column("queues", Text, nullable=False),
    Column("staff", Text, nullable=False),
    Column("hlc", Integer, nullable=False),
    Column("log_id", Text, nullable=False),
    sqlite_with_rowid=False,
)
occupancy = Table(
    "occupancy",
    log_metadata,
    Column("business_day", Text, primary_key=True),
    Column("counter", Integer, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Index("occupancy_of_ticket", "ticket_id", unique=True),
    sqlite_with_rowid=False,
)
call = Table(
    "call",
    log_metadata,
    Column("business_day", Text, primary_key=True),
    Column("hlc", Integer, primary_key=True),
    Column("log_id", Text, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("priority", Text),
    Column("is_again", Integer, nullable=False),
    Column("claim_id", Text),
    Index("call_at_counter", "business_day", "counter", "hlc"),
    Index("call_of_claim", "claim_id", sqlite_where=text("claim_id IS NOT NULL")),
    sqlite_with_rowid=False,
)
quarantine = Table(
    "quarantine",
    log_metadata,
    Column("log_id", LargeBinary, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)
set_aside = Table(
    "set_aside",
    log_metadata,
    Column("log_id", LargeBinary, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("chain", LargeBinary, primary_key=True),
    Column("hlc", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Integer, nullable=False),
    sqlite_with_rowid=False,
)
intent = Table(
    "intent",
    log_metadata,
    Column("claim_id", Text, primary_key=True),
    Column("draft", Text, nullable=False),
    Column("created", Integer, nullable=False),
    sqlite_with_rowid=False,
)
granted = Table(
    "granted",
    log_metadata,
    Column("claim_id", Text, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("counter", Integer, nullable=False),
    sqlite_with_rowid=False,
)
staff = Table(
    "staff",
    log_metadata,
    Column("number", Text, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("pin_hash", Text, nullable=False),
    sqlite_with_rowid=False,
)

customer = Table(
    "customer",
    customers_metadata,
    Column("customer_ref", Text, primary_key=True),
    Column("record", Text, nullable=False),
    sqlite_with_rowid=False,
)
customer_token = Table(
    "customer_token",
    customers_metadata,
    Column("token", Text, primary_key=True),
    Column("customer_ref", Text, nullable=False),
    Index("token_of_customer", "customer_ref"),
    sqlite_with_rowid=False,
)
looked_up = Table(
    "looked_up",
    customers_metadata,
    Column("customer_ref", Text, primary_key=True),
    Column("fetched_at", Text, nullable=False),
    sqlite_with_rowid=False,
)
appointment = Table(
    "appointment",
    customers_metadata,
    Column("code", Text, primary_key=True),
    Column("customer_ref", Text),
    Column("starts_at", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("business", Text, nullable=False),
    Index("appointment_of_customer", "customer_ref", "starts_at"),
    sqlite_with_rowid=False,
)
meta = Table(
    "meta",
    customers_metadata,
    Column("id", Integer, primary_key=True),
    Column("as_of", Text, nullable=False),
    Column("incarnation", Text),
    Column("position", Integer, nullable=False, server_default=text("0")),
)
