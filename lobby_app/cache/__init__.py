"""The desk's SQLite files: engine, tables, unit of work, projections, migrations."""
