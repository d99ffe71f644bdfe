"""Grey forecasts, Lotka-Volterra systems and the system dynamics of fusion: arrays, doors for panels, forecasters."""
