"""The conditions of a regression verdict, on arrays of many worlds at once and on one fit."""
