"""One table or one figure from plain frames and notes; knows nothing of the rest of panelkit."""
