"""What a file is against what is held: its vintages, revisions, checks."""
