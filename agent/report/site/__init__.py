"""The fleet site: static pages on all targets of all customers."""
