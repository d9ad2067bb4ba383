"""What is collected on the customer's side and assessed elsewhere: one signed file, which may be encrypted."""
