"""Kinds of design: what each is asked, and its run."""
