"""What a report says, in one language: sorted and formatted, so that every format prints the same."""
