"""From the document to files that people read."""
