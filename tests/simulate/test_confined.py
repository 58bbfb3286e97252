"""The launcher of a vendor's program, step by step; whole runs of it are in test_command.py."""

import ctypes
import os
import resource
import sys
from pathlib import Path

import pytest

from auditkit.simulate import confined


class BecomeError(Exception):
    """Stands for the end of this program's own code."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Record what the launcher asks of the system, and let it do nothing."""
    made: list[tuple[str, object]] = []

    def become(name: str, arguments: list[str]) -> None:
        made.append((name, arguments))
        raise BecomeError

    monkeypatch.setattr(os, "execvp", become)
    monkeypatch.setattr(confined, "_prctl", lambda option, value: made.append(("prctl", (option, value))))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, most: made.append(("limit", (kind, most))))
    return made


def test_without_namespaces_the_launcher_says_so_sets_limits_and_becomes_the_program(
    calls: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confined, "_namespaces", lambda: False)
    readable, writable = os.pipe()
    with pytest.raises(BecomeError):
        confined.main(writable, 2.0, ["model", "--fast"])

    assert os.read(readable, 100) == b"open\n"
    os.close(readable)
    assert ("limit", (resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))) in calls
    assert ("limit", (resource.RLIMIT_CORE, (0, 0))) in calls
    assert calls[-2:] == [("prctl", (confined.NO_NEW_PRIVILEGES, 1)), ("model", ["model", "--fast"])]


def test_in_namespaces_it_names_the_process_and_hands_on_its_exit_code(
    calls: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(confined, "_namespaces", lambda: True)
    monkeypatch.setattr(os, "fork", lambda: 4321)
    monkeypatch.setattr(os, "waitpid", lambda child, _: (child, 3 << 8))  # ended with exit code 3
    monkeypatch.setattr(confined, "_say", lambda report, words: calls.append(("said", (report, words))))
    monkeypatch.setattr(os, "close", closed.append)

    assert confined.main(9, 1.0, ["model"]) == 3
    assert ("said", (9, "cut 4321")) in calls
    assert closed == [0, 1]
    assert ("limit", (resource.RLIMIT_NPROC, (confined.PROCESSES, confined.PROCESSES))) in calls


def test_the_process_in_the_namespace_dies_with_its_launcher(
    calls: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confined, "_namespaces", lambda: True)
    monkeypatch.setattr(os, "fork", lambda: 0)
    readable, writable = os.pipe()
    with pytest.raises(BecomeError):
        confined.main(writable, 1.0, ["model"])

    os.close(readable)
    assert ("prctl", (confined.DIE_WITH_PARENT, 9)) in calls


def test_a_program_that_is_not_there_gives_the_exit_code_of_a_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str, _: list[str]) -> None:
        raise FileNotFoundError(2, "No such file or directory", name)

    monkeypatch.setattr(os, "execvp", missing)
    monkeypatch.setattr(confined, "_prctl", lambda *_: None)

    assert confined._become(["model"]) == 127
    assert capsys.readouterr().err == "model: No such file or directory\n"


def test_other_platforms_have_no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    assert not confined._namespaces()
    confined._prctl(1, 9)  # and nothing to ask for


def test_where_the_system_refuses_namespaces_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def unshare(self, _: int) -> int:
            return -1

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Refusing())

    assert not confined._namespaces()


def test_in_new_namespaces_the_user_stays_who_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    class Granting:
        def unshare(self, _: int) -> int:
            return 0

    maps: dict[str, str] = {}
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Granting())
    monkeypatch.setattr(Path, "write_text", lambda self, text: maps.__setitem__(self.name, text))

    assert confined._namespaces()
    assert maps == {
        "setgroups": "deny", "uid_map": f"{os.getuid()} {os.getuid()} 1", "gid_map": f"{os.getgid()} {os.getgid()} 1"
    }  # fmt: skip
