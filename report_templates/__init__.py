"""Templates of the report: HTML with its style and script, and Word."""
