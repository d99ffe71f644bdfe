"""Convergence clubs: the log t regression, the clustering of units, merging, and how stable a club is."""
