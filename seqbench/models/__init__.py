"""From what a MODEL argument names to a plain, built stack of layers."""
