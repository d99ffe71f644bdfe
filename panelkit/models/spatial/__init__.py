"""Spatial models, one a file, on one likelihood."""
