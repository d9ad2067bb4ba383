"""Finds the checks and the rules that judge what they measure."""
