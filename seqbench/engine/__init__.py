"""A run: its plan, its phases in their order, and the processes that do the work."""
