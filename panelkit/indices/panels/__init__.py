"""Indices on panels: frames, years, ranks and their uncertainty."""
