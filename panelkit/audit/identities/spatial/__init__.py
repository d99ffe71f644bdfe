"""Identities of spatial panels."""
