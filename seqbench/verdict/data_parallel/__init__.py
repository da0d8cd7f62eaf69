"""Training on several devices of one host: each has a part of every batch, gradients are summed."""
