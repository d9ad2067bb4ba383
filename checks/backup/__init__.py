"""Backup checks."""
