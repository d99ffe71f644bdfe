"""Indices: upgrading, coupling coordination, composites, inequality, mobility. Arrays below, panels above."""

from panelkit.indices import structure

__all__ = ["structure"]
