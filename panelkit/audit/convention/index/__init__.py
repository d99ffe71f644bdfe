"""Entropy weights, scores and coupling of one question: what programs, samples, formulas and mistakes make of them."""
