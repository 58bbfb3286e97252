"""Running a program that may take too long or too much memory."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Literal

Status = Literal["done", "too long", "too much memory", "failed"]
LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a program may take."""

    seconds: float
    memory: float
    """In bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended."""

    status: Status
    peak: int
    """Most memory it held at once, in bytes."""
    printed: dict[str, Any]
    """The line of JSON it printed; empty unless it is done."""
    complaint: str
    """The last line it wrote to stderr."""


def run(command: Sequence[str], *, folder: Path, limits: Limits) -> Ended:
    """Run a program; stop it at a limit. What it holds is watched where there is /proc."""
    with TemporaryFile() as out, TemporaryFile() as err:  # not pipes, which fill up
        program = subprocess.Popen(  # noqa: S603  # our own programs
            command, stdout=out, stderr=err, cwd=folder, env=_environment(command[0]), start_new_session=True
        )
        try:
            stopped, most = _watch(program, limits)
        finally:
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
        printed, complaint = _last_line(out), _last_line(err)
    if stopped or program.returncode:
        return Ended(status=stopped or "failed", peak=most, printed={}, complaint=complaint)
    found = json.loads(printed)
    return Ended(status="done", peak=max(most, found["peak"]), printed=found, complaint="")


def _environment(python: str) -> dict[str, str]:
    """Keep from another Python what was installed for this one."""
    kept = dict(os.environ)
    if python != sys.executable:
        kept.pop("PYTHONPATH", None)
    return kept


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _watch(program: subprocess.Popen[bytes], limits: Limits) -> tuple[Status | None, int]:
    most, until = 0, time.monotonic() + limits.seconds
    while program.poll() is None:
        most = max(most, _held(program.pid))
        if most > limits.memory:
            return "too much memory", most
        if time.monotonic() > until:
            return "too long", most
        time.sleep(LOOK_EVERY)
    return None, most


def _held(pid: int) -> int:
    """Return the bytes that a process holds now, or 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
