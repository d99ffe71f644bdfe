"""A new claim file: a commented template that only its author can complete."""
