"""Sql checks."""
