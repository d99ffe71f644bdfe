"""Normalising, weighting, composites, coupling, structure, inequality, convergence, Markov."""
