"""The store: its mark, its head, its health."""
