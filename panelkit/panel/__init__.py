"""Panels: the design of a regression, who entered it and who left, and what is known of its figures."""
