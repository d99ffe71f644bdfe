"""Rules: from results to words."""
