"""Who may do what: persons and their roles."""
