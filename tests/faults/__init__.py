"""Faults on purpose: each ends in an honest partial result or a clear error, and the next run works."""
