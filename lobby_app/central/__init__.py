"""The central PostgreSQL: schema, roles, functions, administration."""
