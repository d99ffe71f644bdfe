"""Studies: many fits of one question."""
