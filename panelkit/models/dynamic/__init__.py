"""Dynamics of panels: lagged outcomes, slopes of units, vector autoregressions, unit roots."""
