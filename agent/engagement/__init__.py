"""What was agreed with the customer: the engagement file, the subscription and the authorization."""
