"""Snapshots for sharing, without the names of the customer."""
