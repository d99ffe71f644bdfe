"""Indices as pure functions on arrays."""
