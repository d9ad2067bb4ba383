"""Asks for the customer's signed permission, and verifies it before any connection is opened."""
