"""The replication package of a claim: its figures, its file, a script, the versions, and the wheel."""
