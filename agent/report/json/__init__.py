"""The document as JSON, for machines."""
