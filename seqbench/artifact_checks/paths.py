"""Whether a path that an artifact names stays in the artifact's folder."""

from pathlib import Path

_SCHEME = "://"


def stays(name: str, folder: Path) -> bool:
    """Whether a path, taken from the folder, leads to something in it, through links too."""
    if not name or _SCHEME in name or "\0" in name:
        return False
    try:
        return (folder / name.replace("\\", "/")).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return False
