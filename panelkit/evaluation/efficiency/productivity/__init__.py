"""Productivity over time: Malmquist indices, adjacent, global and with undesirable outputs."""
