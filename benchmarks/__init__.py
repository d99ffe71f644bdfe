"""Timed comparisons with other programs, and the heavy evidence behind the docs."""
