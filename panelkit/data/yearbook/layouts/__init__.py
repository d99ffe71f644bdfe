"""Layouts: how a table lies in a grid."""
