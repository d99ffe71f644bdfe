"""Panel threshold models: slopes that change where a variable passes a value that the data choose."""
