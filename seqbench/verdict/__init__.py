"""Is what an artifact computes still the model? Reference, tolerance, contract and quality."""
