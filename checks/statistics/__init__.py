"""Statistics checks."""
