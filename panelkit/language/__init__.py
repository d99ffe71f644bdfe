"""Language: the errors, and the register of what a claim file or the command line names."""
