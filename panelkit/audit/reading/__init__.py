"""Tables as they come, a file or a paste, as grids of the strings that are printed."""
