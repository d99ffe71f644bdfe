"""Panel non-causality: whether the past of one variable helps to foretell another."""
