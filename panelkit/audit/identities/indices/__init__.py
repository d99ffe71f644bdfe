"""Identities of weights, coupling coordination and inequality."""
