"""One estimator a file, and the registry that names them."""
