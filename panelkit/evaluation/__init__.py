"""Evaluation systems: life cycles, efficiency, allocation, networks, forecasts; one subject a folder."""
