"""How much of what is wrong the agent finds, and whether it accuses what is right (``make accuracy``)."""
