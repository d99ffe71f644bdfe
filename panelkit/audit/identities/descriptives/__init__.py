"""Identities of descriptive statistics and correlations."""
