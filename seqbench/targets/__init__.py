"""File formats and how to write them: one file a target."""
