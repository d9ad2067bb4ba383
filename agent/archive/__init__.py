"""What is kept of an assessment: snapshot, document and history."""
