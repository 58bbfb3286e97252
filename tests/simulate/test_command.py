"""The retrain protocol against programs that keep it and programs that break it."""

import copy
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from auditkit.definitions.retrain import RetrainMessage
from auditkit.simulate import pipes
from auditkit.simulate.command import Program, program, start_message
from auditkit.simulate.forecasters import Past, RerunError

PAST = Past(
    areas=("a", "b", "c"), periods=("2019-01-07", "2019-01-14"), reported=np.array([[1, 2], [3, 4], [5, 6]]),
    discovered=np.array([[0, 1], [0, 0], [2, 0]]), longitude=None, latitude=None, neighbours=((), (), ()),
    period="week",
)  # fmt: skip
NEW = (np.array([[1, 0, 4], [1, 0, 4]]), np.array([[0, 2, 0], [0, 2, 0]]))
# What every program here begins with: it counts, and keeps the protocol.
GOOD = """
import json, os, sys, time
total = {}
def answer(line):
    print(line, flush=True)
def on_start(message):
    answer(json.dumps({"type": "ready", "name": "counter", "version": "2"}))
def scores(message):
    return [[r + d for r, d in zip(*both)] for both in zip(message["reported"], message["discovered"])]
def on_round(message):
    answer(json.dumps({"type": "scores", "round": message["round"], "scores": scores(message)}))
"""
LOOP = """
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "stop":
        break
    (on_start if message["type"] == "start" else on_round)(message)
"""


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Write a program that does something else than a good one, and hold it with short limits."""
    held: list[Program] = []

    def write(change: str = "", *, start_seconds: float = 10, round_seconds: float = 5) -> Program:
        (tmp_path / "retrain.py").write_text(GOOD + change + LOOP)
        made = Program(
            ("python", "retrain.py"),
            folder=tmp_path,
            start_seconds=start_seconds,
            round_seconds=round_seconds,
        )
        held.append(made)
        return made

    yield write
    for one in held:
        one.close()


def first_scores(made: Program) -> np.ndarray:
    forecaster = made.make()
    forecaster.start(PAST, replicates=2, seed=7)
    return forecaster.scores(1, *NEW)


def test_a_program_that_keeps_the_protocol_scores_every_area_in_every_replicate(
    written: Callable[..., Program],
) -> None:
    made = written()
    forecaster = made.make()
    forecaster.start(PAST, replicates=2, seed=7)

    # reported and discovered records of each area, added by the program
    assert forecaster.scores(1, *NEW).tolist() == [[1, 2, 4], [1, 2, 4]]
    assert forecaster.scores(2, NEW[0] * 3, NEW[1]).tolist() == [[3, 2, 12], [3, 2, 12]]
    assert (made.name, made.version, made.repeats_itself) == ("counter", "2", True)


def test_a_new_start_is_a_new_process_and_the_old_one_is_told_to_stop(
    written: Callable[..., Program], tmp_path: Path
) -> None:
    made = written("import atexit; atexit.register(lambda: open('stopped', 'a').write('x'))\n")
    forecaster = made.make()
    for _ in range(2):
        forecaster.start(PAST, replicates=2, seed=7)

    assert (tmp_path / "stopped").read_text() == "x"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("sys.exit(3)\n", r"\(start\): it ended with exit code 3$"),
        ("def on_start(m): answer('hello')\n", r"\(start\): its answer is not a line of JSON$"),
        ("def on_start(m): answer('[' * 9000)\n", r"\(start\): its answer is not a line of JSON$"),
        ("def on_start(m): answer('[1]')\n", r"\(start\): its answer is not a JSON object$"),
        (
            "def on_start(m): answer('{\"type\": \"ready\", \"name\": 1}')\n",
            r'\(start\): wanted .*ready.*; found \{"type": "ready", "name": 1\}$',
        ),
        ("def on_start(m): answer('x' * 20000)\n", r"\(start\): it answered with more than 10,000 bytes$"),
        ("def on_round(m): raise ValueError\n", r"\(round 1\): it ended with exit code 1$"),
        ("def scores(m): return [[float('nan')] * 3] * 2\n", r"\(round 1\): its scores hold NaN or infinity$"),
        ("def scores(m): return [[1e999] * 3] * 2\n", r"\(round 1\): its scores hold NaN or infinity$"),
        (
            "def scores(m): return [[1.0] * 3]\n",
            r"\(round 1\): its scores have the shape \[1, 3\]; wanted 2 rows of 3",
        ),
        ("def scores(m): return [[1.0] * 3, [1.0]]\n", r"\(round 1\): its scores are not rows of numbers"),
        ("def scores(m): return [['1'] * 3] * 2\n", r"\(round 1\): its scores are not rows of numbers"),
        ("def scores(m): return [[True] * 3] * 2\n", r"\(round 1\): its scores are not rows of numbers"),
        (
            "def on_round(m): answer(json.dumps({'type': 'scores', 'round': 2, 'scores': scores(m)}))\n",
            r'\(round 1\): wanted .*"round": 1.*; found \{"type": "scores", "round": 2\}$',
        ),
        ("def on_round(m): answer('y' * 3000000)\n", r"\(round 1\): it answered with more than 10,240 bytes$"),
        (
            "def scores(m): return [[os.getpid() + time.time()] * 3] * 2\n",
            r"\(round 1\): a fresh start with the same seed gave other scores",
        ),
        ("def scores(m): return [[len(' ' * 3 * 2**30)] * 3] * 2\n", r"\(round 1\): it ended with exit code 1$"),
    ],
)  # fmt: skip
def test_a_breach_is_said_in_one_plain_sentence(
    written: Callable[..., Program], change: str, why: str
) -> None:
    with pytest.raises(RerunError, match=r"^the program broke the retrain protocol " + why):
        first_scores(written(change))


def test_a_program_that_is_slow_to_start_or_to_answer_is_ended(written: Callable[..., Program]) -> None:
    began = time.monotonic()
    with pytest.raises(RerunError, match=r"\(start\): it did not answer within 0\.3 seconds$"):
        first_scores(written("time.sleep(60)\n", start_seconds=0.3))
    with pytest.raises(RerunError, match=r"\(round 1\): it did not answer within 0\.3 seconds$"):
        first_scores(written("def scores(m): time.sleep(60)\n", round_seconds=0.3))

    assert time.monotonic() - began < 10


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        program(("no-such-program",), folder=tmp_path) as made,
        pytest.raises(RerunError, match=r"\(start\): 'no-such-program' cannot be started"),
    ):
        first_scores(made)


def test_chatter_on_standard_error_is_no_breach_and_only_its_end_is_kept(
    written: Callable[..., Program],
) -> None:
    noisy = "def scores(m):\n    sys.stderr.write('.' * 300000 + 'last words'); sys.stderr.flush()\n"
    assert first_scores(written(noisy + "    return [[1.0] * 3] * 2\n")).tolist() == [[1.0] * 3] * 2

    made = written(noisy + "    sys.exit(1)\n")
    with pytest.raises(RerunError):
        first_scores(made)
    assert len(made.stderr) <= 64 * 1024
    assert made.stderr.endswith(b"last words")


def alive(marker: str) -> list[int]:
    """Find processes that were started with this word."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def gone(marker: str) -> bool:
    for _ in range(50):
        if not alive(marker):
            return True
        time.sleep(0.1)
    return False


LEAVES = """
import subprocess
def leave(**how):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)", "MARKER"], **how)
leave()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_is_left_running_not_even_what_leaves_its_session(written: Callable[..., Program]) -> None:
    marker = f"left-behind-{os.getpid()}"
    # only a process namespace can end a child that has left its session, so only there it is let loose
    made = written(LEAVES.replace("MARKER", marker) + "if os.getpid() == 1: leave(start_new_session=True)\n")
    made.make().start(PAST, replicates=2, seed=7)
    forecaster = made.make()
    forecaster.start(PAST, replicates=2, seed=7)
    assert alive(marker)
    scratch = [child.scratch for child in made.children]

    made.close()

    assert gone(marker)
    assert [folder for folder in scratch if folder.exists()] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_without_namespaces_the_process_group_is_ended_and_that_is_said(
    written: Callable[..., Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "launcher.py"
    plain.write_text(pipes.LAUNCHER.read_text().replace("own = _namespaces()", "own = False"))
    monkeypatch.setattr(pipes, "LAUNCHER", plain)
    marker = f"left-behind-plainly-{os.getpid()}"
    made = written(LEAVES.replace("MARKER", marker))
    forecaster = made.make()
    forecaster.start(PAST, replicates=2, seed=7)

    assert forecaster.scores(1, *NEW).tolist() == [[1, 2, 4], [1, 2, 4]]
    assert made.confined is False
    assert alive(marker)
    made.close()
    assert gone(marker)


def test_a_forecaster_that_is_dropped_takes_its_process_with_it(written: Callable[..., Program]) -> None:
    made = written()
    forecaster = made.make()
    forecaster.start(PAST, replicates=2, seed=7)
    process = forecaster.process
    assert process is not None

    del forecaster

    assert process.process.poll() is not None


def test_a_program_sees_no_secret_of_ours_and_no_network(
    written: Callable[..., Program], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("A_SECRET", "hidden")
    made = written(
        "import socket\n"
        "def network():\n"
        "    try:\n"
        "        socket.create_connection(('127.0.0.1', PORT), timeout=1)\n"
        "    except OSError:\n"
        "        return 'none'\n"
        "    return 'open'\n"
        "json.dump({'env': dict(os.environ), 'cwd': os.getcwd(), 'network': network()}, open('seen.json', 'w'))\n"
    )
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        text = (tmp_path / "retrain.py").read_text()
        (tmp_path / "retrain.py").write_text(text.replace("PORT", str(server.getsockname()[1])))
        first_scores(made)
    seen = json.loads((tmp_path / "seen.json").read_text())

    assert set(seen["env"]) - {"LC_CTYPE"} == {
        "PATH", "HOME", "TMPDIR", "LANG", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    }  # fmt: skip
    assert Path(seen["cwd"]) == tmp_path.resolve()
    assert seen["network"] == ("none" if made.confined else "open")


def test_a_copy_has_a_process_of_its_own(written: Callable[..., Program]) -> None:
    first = written().make()
    first.start(PAST, replicates=2, seed=7)
    other = copy.deepcopy(first)

    assert other.process is None
    other.start(PAST, replicates=2, seed=7)
    assert other.process is not first.process


def test_a_platform_that_cannot_hold_a_program_runs_none(
    written: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = written()
    monkeypatch.setattr("auditkit.simulate.command.CAN_HOLD", False)
    with pytest.raises(RerunError, match=r"^a program can be run only on Linux and macOS$"):
        first_scores(made)


def test_scores_before_the_start_are_a_mistake_of_ours(written: Callable[..., Program]) -> None:
    with pytest.raises(RuntimeError, match="before the start"):
        written().make().scores(1, *NEW)


def test_what_is_said_follows_the_published_schema() -> None:
    message = start_message(PAST, replicates=2, seed=7)

    assert message["past"][:3] == [
        ["a", "2019-01-07", 1, 0],
        ["a", "2019-01-14", 2, 1],
        ["b", "2019-01-07", 3, 0],
    ]
    for said in (
        message,
        {"type": "ready", "name": "counter", "version": "2"},
        {"type": "round", "round": 1, "reported": NEW[0].tolist(), "discovered": NEW[1].tolist()},
        {"type": "scores", "round": 1, "scores": [[1.5, 2.0, 0.0], [1.0, 2.0, 0.0]]},
        {"type": "stop"},
    ):
        assert RetrainMessage.model_validate_json(json.dumps(said)).root.type == said["type"]
