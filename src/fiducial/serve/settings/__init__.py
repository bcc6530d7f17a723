"""Settings that cannot lie: one source, revisions with author and reason, and a record of who reads what from where."""
