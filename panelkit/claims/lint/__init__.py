"""What is wrong in a claim file, all of it at once, each with its line."""
