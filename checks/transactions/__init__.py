"""Transactions checks."""
