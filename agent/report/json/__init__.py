"""The document itself, for machines."""
