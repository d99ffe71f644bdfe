"""Errors, the formula gate, the design, the within kernel, covariances, results and random generators."""
