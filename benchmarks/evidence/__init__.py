"""Heavy evidence: simulations and stress runs whose results stand in `docs/evidence/`."""
