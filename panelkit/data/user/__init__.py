"""A user's own data: files, panels, and the provinces in them."""
