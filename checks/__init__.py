"""Health checks, one per file under its category; the registry walks this package."""
