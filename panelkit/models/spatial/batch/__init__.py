"""Many small spatial panels at once: columns once a sample and W, one search and one curvature for all."""
