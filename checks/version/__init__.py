"""Version checks."""
