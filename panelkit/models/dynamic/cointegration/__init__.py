"""Panel cointegration: whether variables that wander keep together over the years."""
