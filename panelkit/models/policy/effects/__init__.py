"""Averages of effects, their errors, and chance for few treated units."""
