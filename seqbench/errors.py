"""The ways in which seqbench itself says no."""


class InputError(Exception):
    """What the user gave cannot be used: the CLI prints the one-line message and exits with 2."""


class StorageError(InputError):
    """The folder for the results takes no more: the run ends, and what it has written is kept."""


class Unsupported(Exception):  # noqa: N818 - a verdict, not a malfunction
    """A target cannot express the model; the message names the layer and the operation."""


class Unavailable(Exception):  # noqa: N818 - a verdict, not a malfunction
    """A device, browser or package is not here; the message says how to get it."""
