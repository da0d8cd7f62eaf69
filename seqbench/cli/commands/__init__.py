"""The commands, each one call of the API, grouped by what people come for."""
