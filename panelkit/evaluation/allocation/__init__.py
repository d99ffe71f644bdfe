"""Allocation of resources over provinces and the links of a chain, for output and for structural balance."""
