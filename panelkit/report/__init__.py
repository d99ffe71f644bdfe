"""Pages: overview, claim, replication package."""
