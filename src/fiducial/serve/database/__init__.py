"""The store of a service through SQLAlchemy Core: SQLite beside the data, or PostgreSQL for several machines."""
