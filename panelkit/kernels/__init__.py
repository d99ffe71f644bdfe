"""Kernels: arrays in, arrays out. Effects swept, least squares, moments by group, deletions, permutations."""
