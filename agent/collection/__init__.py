"""The only road to the customer's database."""
