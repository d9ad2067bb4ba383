"""Where reports go: messages, their senders, and the signed manifest of the files."""
