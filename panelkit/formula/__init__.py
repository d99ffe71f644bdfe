"""Formulas: the gate, the tree behind it, arithmetic, conditions, and the columns of a design matrix."""
