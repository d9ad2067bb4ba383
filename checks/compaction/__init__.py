"""Compaction checks."""
