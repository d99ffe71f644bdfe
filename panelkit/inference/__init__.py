"""What refits or transforms any fit: bootstraps, delta method, Wald tests, panel tests, influence."""
