"""Programs compiled ahead of time for a TPU that is absent."""
