"""Parameters checks."""
