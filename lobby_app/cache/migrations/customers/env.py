"""Alembic's entry: runs on the connection it is handed, needs nothing of the program."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
