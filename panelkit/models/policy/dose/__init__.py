"""How strongly units are treated: doses."""
