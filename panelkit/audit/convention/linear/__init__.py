"""Linear regressions of one question: what programs, samples, columns and mistakes make of it."""
