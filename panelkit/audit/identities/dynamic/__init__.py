"""Identities of dynamic panels and panel VARs."""
