"""Checks of another distribution: one with code and a fact source of its own, one without code."""

OB_HEALTH_API = 1
