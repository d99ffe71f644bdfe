"""Dynamic panels."""
