"""The doors over HTTP: takes uploads, questions and decisions, gives JSON, events and pages."""
