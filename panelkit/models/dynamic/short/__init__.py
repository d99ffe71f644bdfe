"""Dynamic panels of few units or periods: estimators whose bias is corrected, and one table of all."""
