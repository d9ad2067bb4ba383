"""Throw-away OceanBase servers of our own, for the demo and the tests. Only these may be written to."""
