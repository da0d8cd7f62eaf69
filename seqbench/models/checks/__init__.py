"""What is likely wrong with a model, its data and its training set-up."""
