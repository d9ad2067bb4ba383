"""What happens around assessments: the loop of the schedule, and retention."""
