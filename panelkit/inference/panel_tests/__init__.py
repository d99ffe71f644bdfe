"""Tests of a panel regression: its effects and its errors."""
