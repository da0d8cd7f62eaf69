"""Whether a path that an artifact names stays in the artifact's folder."""

from pathlib import Path, PurePosixPath

_SCHEME = "://"


def stays(name: str, folder: Path) -> bool:
    """Whether a relative path leads to something in the folder, through links too."""
    if not name or _SCHEME in name or "\0" in name:
        return False
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return False
    return (folder / path).resolve().is_relative_to(folder.resolve())
