"""Claim files, the run that tests them, and the rules of the verdict."""
