"""Files as they come: bytes, sheets and grids, read in a child with limits."""
