"""Finds the data folders that auditors edit, in a checkout and in an installed wheel alike."""

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_bundled"
ROOT = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2]


def folder(name: str) -> Path:
    """Return a data folder such as `checks/policies`, wherever this installation keeps it."""
    return ROOT / name


def names(name: str) -> tuple[str, ...]:
    """Return the names of the TOML files in a data folder: the folder is the registry.

    >>> "default" in names("checks/policies")
    True
    """
    return tuple(sorted(path.stem for path in folder(name).glob("*.toml")))
