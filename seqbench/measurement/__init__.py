"""Times: the loop that measures calls, what disturbs it, and the bound of the machine."""
