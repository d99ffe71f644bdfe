"""Weights, Moran and LISA, spectra and log-determinants."""
