"""What a panel vector autoregression says: responses to shocks, shares of variance, projections beside it."""
