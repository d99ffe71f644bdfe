"""Policy evaluation: staggered adoption, event studies, synthetic controls."""
