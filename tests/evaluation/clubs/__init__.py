"""Convergence clubs."""
