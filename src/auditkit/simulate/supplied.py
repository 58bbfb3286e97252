"""What the caller of an audit brings to the feedback test: leave to run a program, or a forecaster in Python."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from auditkit.definitions.places import FeedbackChoice
from auditkit.definitions.records import Decision
from auditkit.results.feedback import Feedback, RetrainedModel
from auditkit.results.phrases import phrase
from auditkit.results.places import PlaceTally
from auditkit.simulate.closest import KERNEL_DENSITY, repeated
from auditkit.simulate.command import Program, program, read_scores
from auditkit.simulate.forecasters import (
    ALLOCATORS,
    Factory,
    Floats,
    Forecaster,
    Ints,
    Pace,
    Past,
    RerunError,
    Submission,
)
from auditkit.simulate.places import simulate_places
from auditkit.simulate.reading import read_loop, submission
from auditkit.simulate.spread import centres

NOT_ALLOWED = phrase(
    "the audit file names a program to retrain the tool, which runs only with `auditkit run --allow-command`"
)
NEEDS = (phrase("leave to run the program that the audit file names"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What the caller brings along."""

    folder: Path
    """Where the audit file is; a program runs there."""
    commands: bool = False
    """Whether the program of the audit file may run."""
    forecaster: Forecaster | None = None
    """A forecaster in Python, in place of the allocator of the audit file."""

    def refuses(self, choice: FeedbackChoice) -> bool:
        """Whether the loop would need a program that may not run."""
        return self.forecaster is None and choice.allocator == "command" and not self.commands


def simulate_tool(  # noqa: PLR0913  # what the pipeline knows of the audit
    tally: PlaceTally, choice: FeedbackChoice, brought: Brought, *, rng: np.random.Generator,
    progress: Callable[[str], None], decision: Decision | None, period: str | None,
) -> Feedback | None:  # fmt: skip
    """Run the loop with the tool's allocator, or with what the caller brings; None as `simulate_places`.

    A program that nobody allowed is not run, and the result says how to allow it.

    References
    ----------
    Design, section 7: the retrain protocol; methods 6.3: a tool that can be retrained, or a surrogate that is named.
    """

    def run(factory: Factory | None, declared: FeedbackChoice = choice) -> Feedback | None:
        found = simulate_places(
            tally, declared, rng=rng, progress=progress, decision=decision, period=period, forecaster=factory
        )
        loop = read_loop(tally, period=period)
        if found is None or loop is None or found.status != "measured":
            return found
        if found.overlap is None:
            overlap = _overlap(submission(tally, loop, declared), factory or ALLOCATORS[declared.allocator])
            found = replace(found, overlap=overlap)
        if found.repeats != KERNEL_DENSITY and (factory or declared.allocator != "kernel_density"):
            return found
        return replace(found, smoothed_over="neighbours" if centres(loop.past) is None else "distance")

    if brought.refuses(choice):
        return Feedback(status="not_checked", because=NOT_ALLOWED, needs=NEEDS, allocator=choice.allocator)
    if brought.forecaster is not None:
        given = brought.forecaster
        # its scores have a scale of their own, as a program's have, and no chance of a visit is known
        own = choice.model_copy(
            update={"allocator": "command", "correction": "none", "window": None, "decay": 0.0}
        )
        found = run(lambda _: Checked(given), own)
        what = RetrainedModel(kind="forecaster", name=given.name, version="", network="as_auditkit")
        return None if found is None else replace(found, model=what)
    if choice.allocator != "command":
        return run(None)
    with program(choice.command or (), folder=brought.folder) as held:
        found = run(lambda _: held.make())
        return None if found is None else replace(found, model=_model(held), said=held.stderr)


def _overlap(submitted: Submission, make: Factory) -> float | None:
    """Say how well what was played repeats the submitted decisions; None where that cannot be compared."""
    try:
        held = repeated(submitted, copy.deepcopy(make(submitted)), name=submitted.choice.allocator)
    except RerunError:  # it could be played, but not alone on the audited periods
        return None
    return None if held is None else held.overlap


def _model(held: Program) -> RetrainedModel | None:
    if held.confined is None:  # it never ran
        return None
    return RetrainedModel(
        kind="program", name=held.name, version=held.version, network="cut_off" if held.confined else "open"
    )


class Checked:
    """A forecaster in Python whose scores are checked like those of a program.

    References
    ----------
    Design, section 7: finite, same shape.
    """

    def __init__(self, forecaster: Forecaster) -> None:
        self.forecaster, self.name, self.pace = forecaster, forecaster.name, Pace()
        self.shape = (0, 0)

    def start(self, past: Past, *, replicates: int, seed: int) -> None:
        """Start the forecaster."""
        self.shape = (replicates, len(past.areas))
        self.forecaster.start(past, replicates=replicates, seed=seed)

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002  # the protocol's word
        """Return its scores, or say what is wrong with them."""
        began = perf_counter()
        answer = self.forecaster.scores(round, reported, discovered)
        self.pace.add(perf_counter() - began, self.shape[0])
        found, complaint = read_scores(answer, shape=self.shape)
        if complaint:
            msg = f"the forecaster '{self.name}' broke the protocol (round {round}): {complaint}"
            raise RerunError(msg)
        return found
