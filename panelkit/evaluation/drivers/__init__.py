"""What moved a composite index, and what would move it."""
