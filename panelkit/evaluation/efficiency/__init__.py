"""Efficiency of provinces: envelopes of data (DEA), their change over time, stochastic frontiers."""
