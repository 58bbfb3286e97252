"""The vendor's own model inside the loop: a program that auditkit speaks to in JSON Lines (design, section 7).

Whatever the program does wrong ends in a `RerunError` with a plain reason, and the audit goes on without it.
"""

import json
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, NoReturn

import numpy as np

from auditkit.simulate.forecasters import Floats, Ints, Pace, Past, RerunError
from auditkit.simulate.pipes import BreachError, Child, Setting

START_SECONDS, ROUND_SECONDS, STOP_SECONDS = 30.0, 10.0, 1.0
CAN_HOLD = os.name == "posix"
GIGABYTES = 2.0
LONGEST_READY = 10_000
BYTES_PER_SCORE = 40
LONGEST_NAME = 100


class Program:
    """A vendor's program as the audit file names it; it makes forecasters, each with a process of its own."""

    def __init__(
        self, command: tuple[str, ...], *, folder: Path, start_seconds: float = START_SECONDS,
        round_seconds: float = ROUND_SECONDS, gigabytes: float = GIGABYTES,
    ) -> None:  # fmt: skip
        self.setting = Setting(program=command, folder=folder, gigabytes=gigabytes)
        self.start_seconds, self.round_seconds = start_seconds, round_seconds
        self.name, self.version = "", ""
        self.confined: bool | None = None
        """Whether the program had no network, and could leave no process behind; None before it ran."""
        self.repeats_itself: bool | None = None
        """Whether a fresh start with the same seed repeated round 1; None before that is known."""
        self.stderr = b""
        """The end of what a program said on standard error before it broke a rule; it is never published."""
        self.pace = Pace()
        self.children: weakref.WeakSet[Child] = weakref.WeakSet()

    def make(self) -> "CommandForecaster":
        """Return a forecaster that is this program."""
        return CommandForecaster(self)

    def child(self) -> Child:
        """Start a process.

        Raises
        ------
        RerunError
            If the platform cannot hold it.
        """
        if not CAN_HOLD:
            msg = "a program can be run only on Linux and macOS"
            raise RerunError(msg)
        child = Child(self.setting)
        self.confined = child.confined
        self.children.add(child)
        return child

    def breach(self, child: Child, what: str, *, at: str) -> NoReturn:
        """End a process that broke a rule, and say which."""
        child.close()
        self.stderr = child.stderr
        msg = f"the program broke the retrain protocol ({at}): {what}"
        raise RerunError(msg)

    def close(self) -> None:
        """Kill what still runs."""
        for child in list(self.children):
            child.close()


@contextmanager
def program(command: tuple[str, ...], *, folder: Path) -> Iterator[Program]:
    """Hold a vendor's program for as long as the loop needs it, and leave nothing behind.

    References
    ----------
    Design, section 7: the retrain protocol and its limits.
    """
    held = Program(command, folder=folder)
    try:
        yield held
    finally:
        held.close()


class CommandForecaster:
    """A vendor's own model; one process serves all replicates from one start to the next.

    References
    ----------
    Design, section 7: the retrain protocol.
    """

    name = "command"

    def __init__(self, program: Program) -> None:
        self.program, self.pace = program, program.pace
        self.process: Child | None = None
        self.shape = (0, 0)
        self.opening: bytes = b""

    def __deepcopy__(self, _: dict[int, Any]) -> "CommandForecaster":
        """Return one that has no process yet: a process cannot be copied."""
        return CommandForecaster(self.program)

    def start(self, past: Past, *, replicates: int, seed: int) -> None:
        """Start a fresh process, hand it the past, and wait until it is ready."""
        if self.process is not None:
            self._stop(self.process)
        self.shape = (replicates, len(past.areas))
        self.opening = _line(start_message(past, replicates=replicates, seed=seed))
        self.process = self._opened()

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002  # the protocol's word
        """Hand over a period and return the answer; the very first answer must be the same after a fresh start."""
        if self.process is None:
            msg = "scores were asked for before the start"
            raise RuntimeError(msg)
        asked = _line(
            {
                "type": "round",
                "round": round,
                "reported": reported.tolist(),
                "discovered": discovered.tolist(),
            }
        )
        began = perf_counter()
        found = self._answered(self.process, asked, round=round)
        self.pace.add(perf_counter() - began, self.shape[0])
        if self.program.repeats_itself is None:
            again = self._opened()
            self.program.repeats_itself = bool(
                np.array_equal(self._answered(again, asked, round=round), found)
            )
            self._stop(again)
        if not self.program.repeats_itself:
            what = (
                "a fresh start with the same seed gave other scores; take every random number from the seed"
            )
            self.program.breach(self.process, what, at=f"round {round}")
        return found

    def _opened(self) -> Child:
        child = self.program.child()
        weakref.finalize(self, child.close)
        answer = self._ask(
            child, self.opening, at="start", seconds=self.program.start_seconds, longest=LONGEST_READY
        )
        named = [answer.get(key) for key in ("name", "version")]
        if answer.get("type") != "ready" or not all(isinstance(value, str) for value in named):
            wanted = 'wanted {"type": "ready", "name": "…", "version": "…"}'
            self.program.breach(child, f"{wanted}; found {_shown(answer)}", at="start")
        self.program.name, self.program.version = (_plain(str(value)) for value in named)
        return child

    def _answered(self, child: Child, asked: bytes, *, round: int) -> Floats:  # noqa: A002  # the protocol's own word
        at = f"round {round}"
        longest = LONGEST_READY + BYTES_PER_SCORE * self.shape[0] * self.shape[1]
        answer = self._ask(child, asked, at=at, seconds=self.program.round_seconds, longest=longest)
        if answer.get("type") != "scores" or type(answer.get("round")) is not int or answer["round"] != round:
            wanted = f'wanted {{"type": "scores", "round": {round}, "scores": […]}}'
            self.program.breach(child, f"{wanted}; found {_shown(answer)}", at=at)
        found, complaint = read_scores(answer.get("scores"), shape=self.shape)
        if complaint:
            self.program.breach(child, complaint, at=at)
        return found

    def _ask(self, child: Child, line: bytes, *, at: str, seconds: float, longest: int) -> dict[str, Any]:
        try:
            answer = json.loads(child.ask(line, seconds=seconds, longest=longest), parse_constant=float)
        except BreachError as breach:
            self.program.breach(child, str(breach), at=at)
        except (ValueError, RecursionError):
            self.program.breach(child, "its answer is not a line of JSON", at=at)
        if not isinstance(answer, dict):
            self.program.breach(child, "its answer is not a JSON object", at=at)
        return answer

    def _stop(self, child: Child) -> None:
        child.tell(_line({"type": "stop"}), seconds=STOP_SECONDS)
        child.close()


def start_message(past: Past, *, replicates: int, seed: int) -> dict[str, Any]:
    """Return the first message: everything a model may learn from before round 1.

    References
    ----------
    Design, section 7: the retrain protocol.
    """
    reported, discovered = past.reported.tolist(), past.discovered.tolist()
    rows = [
        [area, period, reported[i][j], discovered[i][j]]
        for i, area in enumerate(past.areas)
        for j, period in enumerate(past.periods)
    ]
    return {
        "type": "start", "protocol": 1, "areas": list(past.areas), "period": past.period, "replicates": replicates,
        "seed": seed, "past": rows,
    }  # fmt: skip


def read_scores(scores: object, *, shape: tuple[int, int]) -> tuple[Floats, str]:
    """Read scores of shape (replicates, areas), or say what is wrong with them.

    References
    ----------
    Design, section 7: finite, same shape.
    """
    none: Floats = np.empty((0, 0))
    try:
        found = np.array(scores)
    except ValueError:  # rows of different lengths
        found = np.array(None)
    if found.dtype.kind not in "iuf":
        return none, "its scores are not rows of numbers, all of one length"
    if found.shape != shape:
        many = f"{shape[0]} rows of {shape[1]}"
        return none, f"its scores have the shape {list(found.shape)}; wanted {many}, one row per replicate"
    if not np.isfinite(found).all():
        return none, "its scores hold NaN or infinity"
    return found.astype(np.float64), ""


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _shown(answer: dict[str, Any]) -> str:
    """Show the head of an answer: its type and round, and nothing long."""
    head = {key: answer[key] for key in ("type", "round", "name", "version") if key in answer}
    return _plain(json.dumps(head))


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_NAME]
