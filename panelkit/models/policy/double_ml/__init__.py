"""Double machine learning with whole units as folds: one part of the estimator a file."""
