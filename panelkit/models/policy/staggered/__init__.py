"""Estimators of staggered adoption, one file each."""
