"""Policies that begin in some units first."""
