"""Capacity checks."""
