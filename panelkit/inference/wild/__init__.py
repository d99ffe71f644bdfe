"""The wild cluster bootstrap."""
