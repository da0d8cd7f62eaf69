"""The commands, one file each; each is one call of the API."""
