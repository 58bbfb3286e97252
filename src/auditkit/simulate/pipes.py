"""A child process that is spoken to in lines, with a limit on everything: time, memory, length of a line, chatter.

The child gets no shell, no environment of ours, no network where the platform allows it, and is killed with all its
children at the end.
"""

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

STDERR_KEPT = 64 * 1024
"""Bytes of what the child says on standard error that are kept: the last ones."""
LAUNCHER = Path(__file__).with_name("confined.py")
CHUNK = 1 << 16
NOT_FOUND = 127
"""Exit code of a program that cannot be started, as in a shell."""


class BreachError(Exception):
    """The child broke a limit or ended; the text says which, in words that finish "… because"."""


class Setting(NamedTuple):
    """What a child is given."""

    program: tuple[str, ...]
    """Its arguments, the program first."""
    folder: Path
    """Where it runs."""
    gigabytes: float = 2.0
    """Of memory, for each of its processes."""


class Child:
    """One running program."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.scratch = Path(tempfile.mkdtemp(prefix="auditkit-retrain-"))
        self.heard, self.whole, self.stderr, self.closed = bytearray(), False, b"", False
        readable, writable = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603  # declared in the audit file, allowed on the command line
                [sys.executable, "-I", str(LAUNCHER), str(writable), str(setting.gigabytes), *setting.program],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=(writable,),
                cwd=setting.folder, env=_environment(self.scratch), start_new_session=True, bufsize=0,
            )  # fmt: skip
        finally:
            os.close(writable)
        with os.fdopen(readable, "rb") as report:  # ends as soon as the launcher has spoken, or has ended
            words = report.readline().decode().split()
        self.confined = words[:1] == ["cut"]
        """Whether it has no network, and a process namespace that ends with it."""
        self.first = int(words[1]) if self.confined else None
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)

    def ask(self, line: bytes, *, seconds: float, longest: int) -> bytes:
        """Send a line and return the line that answers it.

        Raises
        ------
        BreachError
            If no whole line comes in time, it is too long, or the child ends.
        """
        self._send_and_hear(line, deadline=time.monotonic() + seconds, seconds=seconds, longest=longest)
        answer, _, self.heard = self.heard.partition(b"\n")
        self.whole = b"\n" in self.heard
        return bytes(answer)

    def tell(self, line: bytes, *, seconds: float) -> None:
        """Send a last line, and give the child a moment to end by itself."""
        with contextlib.suppress(OSError, ValueError):
            if self.process.stdin is not None:
                os.write(self.process.stdin.fileno(), line)
                self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=seconds)

    def close(self) -> None:
        """Kill the child with all its children, once, and remove its scratch folder."""
        if self.closed:
            return
        self.closed = True
        if self.first is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.first, signal.SIGKILL)  # its namespace dies with it, whatever it has become
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _send_and_hear(self, line: bytes, *, deadline: float, seconds: float, longest: int) -> None:
        waiting = memoryview(line)
        with selectors.DefaultSelector() as ready:
            ready.register(self._pipe("stdin"), selectors.EVENT_WRITE)
            ready.register(self._pipe("stdout"), selectors.EVENT_READ)
            ready.register(self._pipe("stderr"), selectors.EVENT_READ)
            while not self.whole or waiting:
                left = deadline - time.monotonic()
                if left <= 0:
                    msg = f"it did not answer within {seconds:g} seconds"
                    raise BreachError(msg)
                for key, _ in ready.select(left):
                    if key.fd == self._pipe("stdin"):
                        waiting = waiting[self._write(waiting) :]
                        if not waiting:
                            ready.unregister(key.fd)
                    elif key.fd == self._pipe("stdout"):
                        self._hear(longest)
                    elif not self._listen():
                        ready.unregister(key.fd)

    def _pipe(self, name: str) -> int:
        return int(getattr(self.process, name).fileno())

    def _write(self, waiting: memoryview) -> int:
        try:
            return os.write(self._pipe("stdin"), waiting[:CHUNK])
        except BrokenPipeError:
            raise BreachError(self._ended()) from None

    def _hear(self, longest: int) -> None:
        got = os.read(self._pipe("stdout"), CHUNK)
        if not got:
            raise BreachError(self._ended())
        self.heard += got
        self.whole = self.whole or b"\n" in got
        if len(self.heard) > longest:
            msg = f"it answered with more than {longest:,} bytes"
            raise BreachError(msg)

    def _listen(self) -> bool:
        """Keep the end of what it says on standard error; False once that has ended."""
        got = os.read(self._pipe("stderr"), CHUNK)
        self.stderr = (self.stderr + got)[-STDERR_KEPT:]
        return bool(got)

    def _ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        code = self.process.poll()
        with contextlib.suppress(BlockingIOError):
            while self._listen():
                pass
        if code == NOT_FOUND:
            return f"'{self.setting.program[0]}' cannot be started; is it there, and may it be run?"
        return "it closed its output" if code is None else f"it ended with exit code {code}"


def _environment(scratch: Path) -> dict[str, str]:
    """Name all that the child sees of ours: where programs are, a home of its own, one thread for arithmetic."""
    here = str(Path(sys.executable).parent)
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return {
        "PATH": os.pathsep.join([here, os.environ.get("PATH", os.defpath)]),
        "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0", **dict.fromkeys(threads, "1"),
    }  # fmt: skip
