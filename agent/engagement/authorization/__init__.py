"""Asks for the customer's signed permission, and verifies it before anything is connected."""
