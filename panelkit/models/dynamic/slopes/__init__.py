"""Slopes that differ between units, and shocks that are common to them."""
