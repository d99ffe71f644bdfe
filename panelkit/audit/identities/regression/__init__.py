"""Identities of regression tables."""
