"""Claim files: the document, its loading, what was declared, and the names in it."""
