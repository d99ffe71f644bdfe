"""Linear estimators, one a file."""
