"""Stochastic frontiers: a normal error less a half-normal inefficiency, pooled and with effects of units."""
