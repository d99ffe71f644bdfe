"""What a claim asks of a panel whose past enters: how much of it stays, in many worlds at once."""
