"""Advice proven on a throw-away kernel of our own, without a row or a literal of the customer's.

``read_material`` takes what is needed out of a snapshot, ``open_twin`` builds the tenant's tables and statistics again,
``match_statements`` says how well its plans are the tenant's, and ``advise`` proposes indexes with a verdict for each.
"""
