"""Neighbours that feel the policy: rings and spatial models."""
