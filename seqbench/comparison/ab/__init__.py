"""`seqbench ab`: fresh processes of two sides, timed in turn."""
