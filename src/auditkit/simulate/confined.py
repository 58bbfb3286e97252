"""Start a program with less than its parent may do: run as a script, `python confined.py REPORT GIGABYTES ARGV…`.

It cuts off the network and puts the program and all its children in a process namespace of their own, where the
platform allows both; limits memory; and then becomes the program, or waits for it. One line on the descriptor REPORT
says what was possible: `open`, or `cut` and the process id of the program. Standard library only: this file runs outside auditkit.

References: Linux man pages unshare(2), user_namespaces(7), pid_namespaces(7), prctl(2), setrlimit(2).
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000
DIE_WITH_PARENT, NO_NEW_PRIVILEGES = 1, 38
OPEN_FILES, PROCESSES = 256, 256


def main(report: int, gigabytes: float, program: list[str]) -> int:
    """Confine this process, say how, and run the program."""
    own = _namespaces()
    _limit(resource.RLIMIT_AS, int(gigabytes * 2**30))
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    if not own:
        _say(report, "open")
        return _become(program)
    _limit(resource.RLIMIT_NPROC, PROCESSES)  # counted within the namespace
    child = os.fork()
    if child == 0:
        os.close(report)
        _prctl(DIE_WITH_PARENT, signal.SIGKILL)
        return _become(program)
    _say(report, f"cut {child}")
    for descriptor in (0, 1):
        os.close(descriptor)  # the program alone holds the pipes, so that their end is seen
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF


def _say(report: int, words: str) -> None:
    os.write(report, f"{words}\n".encode())
    os.close(report)


def _namespaces() -> bool:
    """Enter namespaces of users, processes and networks; False where the platform has none to give."""
    if sys.platform != "linux":
        return False
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_USER | NEW_PID | NEW_NET) != 0:
        return False
    with contextlib.suppress(OSError):  # without the maps the program runs as nobody
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _limit(kind: int, most: int) -> None:
    with contextlib.suppress(OSError, ValueError):  # a limit that stands lower already stays
        resource.setrlimit(kind, (most, most))


def _become(program: list[str]) -> int:
    _prctl(NO_NEW_PRIVILEGES, 1)
    try:
        os.execvp(program[0], program)  # noqa: S606  # a list of arguments, never a shell
    except OSError as error:
        sys.stderr.write(f"{program[0]}: {error.strerror}\n")
        return 127


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
