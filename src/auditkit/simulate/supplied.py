"""What stands for the tool inside the loop: an allocator, the vendor's own program, or a forecaster in Python.

A program runs only where the caller allows it. Whatever stands for the tool is first held against the decisions that
were submitted: the overlap says how well it repeats them.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditkit.simulate.closest import Closest, closest, repeated
from auditkit.simulate.command import Program, program, read_scores
from auditkit.simulate.forecasters import ALLOCATORS, Floats, Forecaster, Ints, Past, RerunError, Submission

Make = Callable[[], Forecaster]
NOT_ALLOWED = (
    "the audit file names a program that retrains the tool, and programs run only when they are allowed: "
    "read what it does, then use `auditkit run --allow-command`"
)
LEAST_OVERLAP = 0.7
"""Design, section 5: a surrogate that repeats the decisions less well stands for another tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the caller brings along."""

    folder: Path = Path()
    """Where the audit file is; a program runs there."""
    commands: bool = False
    """Whether the program of the audit file may run."""
    forecaster: Forecaster | None = None
    """A forecaster in Python, in place of the allocator of the audit file."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandIn:
    """What stands for the tool, and how well."""

    make: Make
    """Makes a forecaster of its own for each arm of the loop."""
    name: str
    repeats: str | None
    """Which candidate was chosen, where the allocator is `closest`."""
    overlap: float | None
    """Mean Jaccard overlap with the submitted flags; None where no period can be compared."""
    program: Program | None


class NotAllowedError(Exception):
    """A program would have to run, and nobody allowed it."""


@contextmanager
def stand_in(submission: Submission, allowed: Allowed) -> Iterator[StandIn]:
    """Make what stands for the tool, hold it against the submitted decisions, and end its processes afterwards.

    Raises
    ------
    NotAllowedError
        If a program would have to run and may not.
    RerunError
        If the tool cannot be run again.

    References
    ----------
    Design, sections 5 and 7; methods 6.3.
    """
    choice = submission.choice
    if allowed.forecaster is not None:
        given = allowed.forecaster
        yield _held(submission, lambda: Checked(copy.deepcopy(given)), name=given.name)
    elif choice.allocator == "command":
        if not allowed.commands:
            raise NotAllowedError(NOT_ALLOWED)
        with program(choice.command or (), folder=allowed.folder) as held:
            yield _held(submission, held.make, name="command", program=held)
    elif choice.allocator == "closest":
        yield _surrogate(closest(submission))
    else:
        yield _held(submission, lambda: ALLOCATORS[choice.allocator](submission), name=choice.allocator)


def _held(submission: Submission, make: Make, *, name: str, program: Program | None = None) -> StandIn:
    found = repeated(submission, make(), name=name)
    overlap = None if found is None else found.overlap
    return StandIn(make=make, name=name, repeats=None, overlap=overlap, program=program)


def _surrogate(found: Closest) -> StandIn:
    return StandIn(
        make=found.fresh, name=found.name, repeats=found.repeats, overlap=found.overlap, program=None
    )


class Checked:
    """A forecaster in Python whose scores are checked like those of a program.

    References
    ----------
    Design, section 7: finite, same shape.
    """

    def __init__(self, forecaster: Forecaster) -> None:
        self.forecaster, self.name = forecaster, forecaster.name
        self.shape = (0, 0)

    def start(self, past: Past, *, replicates: int, seed: int) -> None:
        """Start the forecaster."""
        self.shape = (replicates, len(past.areas))
        self.forecaster.start(past, replicates=replicates, seed=seed)

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002  # the protocol's word
        """Return its scores, or say what is wrong with them."""
        found, complaint = read_scores(self.forecaster.scores(round, reported, discovered), shape=self.shape)
        if complaint:
            msg = f"the forecaster '{self.name}' broke the protocol (round {round}): {complaint}"
            raise RerunError(msg)
        return found
