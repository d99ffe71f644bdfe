"""Mediation: the plan, its design, its paths, the estimates, and what is said of them."""
