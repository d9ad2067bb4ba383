"""Turns facts into results, a score and a comparison. Pure."""
