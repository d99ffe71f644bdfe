"""Maps: tiles of the provinces, and the areas of a map that a user brings."""
