"""What the charts show, and how they are drawn."""
