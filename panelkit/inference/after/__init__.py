"""After the fit: hypotheses, combinations, turning points, predictions, margins, comparisons, the rest of the table."""
