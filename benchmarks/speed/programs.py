"""What is measured: this audit, the floor beneath it, and other tools, which need versions of pandas of their own."""

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to measure."""

    name: str
    module: str
    """A module of this folder."""
    arguments: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """What pip installs for it; without any, it runs where this benchmark runs."""
    times: int = 1
    """How often it is measured; the page shows medians."""
    sizes: tuple[int, ...] = ()
    """Sizes it is measured at; without any, at all of them."""


FLOOR = Program(name="floor", module="floor", times=3)
OURS = Program(name="auditkit", module="this_audit", times=3)
FRAME = Program(name="fairlearn MetricFrame", module="peer_fairlearn")
BOOTSTRAP = Program(
    name="fairlearn MetricFrame, one frame, 0 and 2 replicates", module="peer_fairlearn", arguments=("--bootstrap",), sizes=(100_000, 1_000_000)
)  # fmt: skip
AEQUITAS = Program(
    name="aequitas", module="peer_aequitas", needs=("aequitas==1.1.*", "pandas<3", "pyarrow>=16")
)
AIF360 = Program(name="AIF360", module="peer_aif360", needs=("aif360==0.6.1", "pyarrow>=16"))
SCALED = "fairlearn MetricFrame with 100 bootstrap replicates"
PEERS = (FRAME, BOOTSTRAP, AEQUITAS, AIF360)


def python_for(program: Program, *, cache: Path) -> str:
    """Return the Python that runs a program; the first time, make its environment."""
    if not program.needs:
        return sys.executable
    folder = cache / "environments" / program.name
    python, finished = folder / "bin" / "python", folder / "finished"
    if not finished.exists():
        venv.create(folder, clear=True, with_pip=True)
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *program.needs,
        ]
        subprocess.run(install, check=True)  # noqa: S603  # the packages are named above
        finished.touch()
    return str(python)
