"""Statements that read no facts: of the session, of preflight, of the look at the load, and of the receipt."""
