"""Triple differences."""
