"""The documents of the service beside the assessment report, each from a view of its own."""
