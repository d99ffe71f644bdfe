"""Panel unit roots: six tests, each with its size and power at the length of the panel in hand."""
