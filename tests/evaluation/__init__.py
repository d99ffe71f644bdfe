"""Evaluation systems."""
