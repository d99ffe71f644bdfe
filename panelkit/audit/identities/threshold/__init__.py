"""Identities of threshold regressions."""
