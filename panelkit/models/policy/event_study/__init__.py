"""Leads and lags around adoption."""
