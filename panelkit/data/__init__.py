"""Catalogue, provinces, vintages, yearbook readers, and `load_provinces`."""
