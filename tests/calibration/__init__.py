"""Calibration of the score's range: tenants assessed in full and blinded, and how often the range holds the truth."""
