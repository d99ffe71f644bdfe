"""Chance in data envelopment: smoothed bootstraps of efficiencies, and a test of returns to scale."""
