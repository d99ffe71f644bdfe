"""Which convention, or which known mistake, reproduces printed numbers."""
