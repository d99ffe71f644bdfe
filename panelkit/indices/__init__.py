"""Indices: upgrading, coupling coordination, composites, inequality, mobility. Arrays below, panels above."""

from panelkit.indices.arrays import structure

__all__ = ["structure"]
