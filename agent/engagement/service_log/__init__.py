"""The service log: what was asked, what broke, what was agreed and what was used, as the account manager keeps it."""
