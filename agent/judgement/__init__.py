"""From facts to results, score and change. Pure."""
