"""Panel vector autoregressions: rows, moments, estimates, lag order, stability, Granger tests."""
