"""What efficiencies go with: truncated regression after data envelopment, and the naive ones beside it."""
