"""A simulated decade of the quarterly service: real decisions and claims, simulated time, targets and faults."""
