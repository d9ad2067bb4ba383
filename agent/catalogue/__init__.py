"""Which checks there are, and by what numbers they judge."""
