"""Networks between provinces: gravity scores, observed flows, structure, blocks, tests by permutation."""
