"""Benchmark, export and verify Keras Sequential models on the runtimes their users have."""
