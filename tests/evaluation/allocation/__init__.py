"""Allocation over provinces and links."""
