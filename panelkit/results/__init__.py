"""Results: what every estimator returns."""
