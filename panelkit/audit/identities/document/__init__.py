"""Identities between the tables of a paper."""
