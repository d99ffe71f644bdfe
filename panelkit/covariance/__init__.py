"""Covariances: frozen specs, how programs count degrees of freedom, and their names."""
