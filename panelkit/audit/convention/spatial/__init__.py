"""Spatial panels of one question: what programs, weights, samples and mistakes make of it."""
