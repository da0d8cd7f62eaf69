"""The layer at which an artifact parts from its model."""
