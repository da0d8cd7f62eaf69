"""Errors that a right runtime may make, put into a model: in its weights, in its activations."""
