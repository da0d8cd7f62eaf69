"""A user's own examples for a model, from the file that `--data` names."""
