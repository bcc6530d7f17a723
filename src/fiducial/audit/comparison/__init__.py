"""Takes two or more saved audits, gives what changed between them, with tests on the decisions that they share."""
