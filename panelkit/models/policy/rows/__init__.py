"""Who adopts when: the rows of a policy evaluation."""
