"""Alembic's entry: runs on the connection it is handed, one migration at a time."""

from alembic import context

connection = context.config.attributes["connection"]
connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('lobby.migrate'))")
connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS lobby")
context.configure(connection=connection, version_table_schema="lobby")
with context.begin_transaction():
    context.run_migrations()
