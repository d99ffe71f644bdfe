"""The reviewer's bench: printed tables without data, and which convention or mistake reproduces printed numbers."""
