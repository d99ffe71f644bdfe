"""Difference and system GMM with instruments by formula."""
