"""From a sheet of strings to a table of entries: where headings end, what rows and columns say, what goes with what."""
