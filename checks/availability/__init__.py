"""Availability checks."""
