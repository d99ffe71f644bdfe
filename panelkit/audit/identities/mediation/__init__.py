"""Identities of mediation tables."""
