"""Instruments of shares and shocks: how they are made, what drives them, and errors that follow the shocks."""
