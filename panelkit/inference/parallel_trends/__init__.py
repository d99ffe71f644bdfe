"""What event-study estimates bear when trends were not parallel: pre-tests and their power, honest sets, bands."""
