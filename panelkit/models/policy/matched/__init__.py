"""Matching before difference in differences."""
