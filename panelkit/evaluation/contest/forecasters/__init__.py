"""Forecasters that a contest knows: histories (N, t, K) in, forecasts (N, horizon) out, the target first."""
