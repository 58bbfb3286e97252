"""What stands for the tool in the loop: surrogates, the vendor's program, and a forecaster in Python."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from auditkit.definitions.places import FeedbackChoice, Truth
from auditkit.results.areas import Areas
from auditkit.results.feedback import Feedback, RetrainedModel
from auditkit.results.places import PastCounts, PlaceTally, Unmatched
from auditkit.simulate.forecasters import Floats, Ints, Pace, Past
from auditkit.simulate.supplied import Brought, simulate_tool

TRUTH = Truth(source="assumed", reporting_rate=(0.5, 0.5), discovery_rate=(0.1, 0.1))
WEEKS = tuple(f"2019-{month:02}-{day:02}" for month in range(1, 7) for day in (1, 8, 15, 22))
COUNTS = """
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "stop":
        break
    if message["type"] == "start":
        total = [[0] * len(message["areas"])] * message["replicates"]
        at = {area: i for i, area in enumerate(message["areas"])}
        for area, _, reported, discovered in message["past"]:
            total[0][at[area]] += reported + discovered
        answer = {"type": "ready", "name": "Counts", "version": "3"}
    else:
        rows = zip(total, message["reported"], message["discovered"])
        total = [[t + r + d for t, r, d in zip(*row)] for row in rows]
        answer = {"type": "scores", "round": message["round"], "scores": total}
    print(json.dumps(answer), flush=True)
"""


def made_tally(flags: NDArray[np.float64] | None = None) -> PlaceTally:
    """Twelve areas with 16 earlier weeks, and 8 weeks in which the three with most records so far are flagged."""
    rng = np.random.default_rng(2)
    rates = np.linspace(1, 9, 12)[:, None]
    reported, discovered = (
        rng.poisson(rates, (12, 24)).astype(float),
        rng.poisson(rates / 5, (12, 24)).astype(float),
    )
    total = reported + discovered
    if flags is None:
        orders = [np.argsort(-total[:, :week].sum(axis=1), kind="stable")[:3] for week in range(16, 24)]
        flags = np.column_stack([np.isin(np.arange(12), first) for first in orders]).astype(float)
    names = tuple(f"a{i:02}" for i in range(12))
    areas = Areas(
        ids=names, names=names, residents=None, groups=(), size_km2=None, centroids=None, neighbours=((),) * 12,
        contiguity="none", blocks=np.arange(12), blocks_from="made", denominators=(), boundaries=None,
    )  # fmt: skip
    past = PastCounts(
        periods=WEEKS[:16], total=total[:, :16], reported=reported[:, :16], discovered=discovered[:, :16]
    )
    return PlaceTally(
        areas=areas, periods=WEEKS[16:], flags=flags, outcomes=total[:, 16:], past=past,
        unmatched=Unmatched(areas=(), flags=0, outcomes=0, without_records=()), baseline_periods=12, refused=(),
    )  # fmt: skip


def played(brought: Brought, tally: PlaceTally | None = None, **choice: object) -> Feedback:
    declared = FeedbackChoice.model_validate({"rounds": 10, "replicates": 100, "truth": TRUTH, **choice})
    found = simulate_tool(
        tally or made_tally(), declared, brought, rng=np.random.default_rng(1), progress=lambda _: None,
        decision=None, period="week",
    )  # fmt: skip
    assert found is not None
    return found


class Alphabet:
    """Scores areas by their place in the alphabet, the same in every round."""

    name = "alphabet"

    def __init__(self, row: list[float] | None = None) -> None:
        self.row, self.replicates = row, 0

    def start(self, past: Past, *, replicates: int, seed: int) -> None:  # noqa: ARG002  # its signature is given
        self.replicates = replicates
        self.row = self.row or [float(-i) for i in range(len(past.areas))]

    def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002, ARG002  # the protocol's own word; not needed here
        return np.tile(np.array(self.row), (self.replicates, 1))


def test_a_program_is_not_run_without_leave_and_the_result_says_how_to_give_it(tmp_path: Path) -> None:
    (tmp_path / "retrain.py").write_text("open('ran', 'w').write('x')")
    found = played(Brought(folder=tmp_path), allocator="command", command=("python", "retrain.py"))

    assert (found.status, found.reason, found.model) == ("not_checked", None, None)
    assert "--allow-command" in found.because
    assert not (tmp_path / "ran").exists()


@pytest.fixture(scope="module")
def by_program(tmp_path_factory: pytest.TempPathFactory) -> Feedback:
    folder = tmp_path_factory.mktemp("vendor")
    (folder / "retrain.py").write_text(COUNTS)
    return played(
        Brought(folder=folder, commands=True), allocator="command", command=("python", "retrain.py")
    )


def test_a_program_is_played_in_place_of_the_tool_and_named(by_program: Feedback) -> None:
    assert (by_program.status, by_program.allocator) == ("measured", "command")
    assert by_program.model is not None
    assert (by_program.model.kind, by_program.model.name, by_program.model.version) == (
        "program",
        "Counts",
        "3",
    )
    # the submitted flags are the three areas with most records so far, which is what the program counts
    assert by_program.overlap == 1


def test_a_program_that_counts_ends_where_the_allocator_that_counts_ends(by_program: Feedback) -> None:
    ours, theirs = by_program.arms[0], played(Brought(folder=Path()), allocator="top_k").arms[0]

    assert ours.name == theirs.name
    assert ours.top_mean == pytest.approx(theirs.top_mean, abs=0.02)


def test_a_program_without_minutes_plays_few_ways_and_one_with_minutes_plays_all(
    by_program: Feedback, tmp_path: Path
) -> None:
    log = "\nimport atexit; atexit.register(lambda: open('served', 'a').write(f'{len(total)} '))\n"
    (tmp_path / "retrain.py").write_text(COUNTS.replace("\nfor line", f"{log}for line", 1))
    whole = played(
        Brought(folder=tmp_path, commands=True), allocator="command", command=("python", "retrain.py"),
        replicates=260, program_minutes=30,
    )  # fmt: skip
    served = (tmp_path / "served").read_text().split()

    assert (by_program.ladder_short, len(by_program.ladder)) == ("no_minutes", 6)
    assert by_program.ladder[0].replicates == 100
    assert (whole.ladder_short, len(whole.ladder), len(whole.deterrence)) == (None, 13, 3)
    assert {step.replicates for step in whole.ladder} == {200}
    assert whole.arms[0].replicates == 260
    assert max(map(int, served)) == 250  # 260 runs are 250, and 250 of which 10 are kept


def test_a_program_that_is_too_slow_for_its_minutes_plays_few_ways(tmp_path: Path) -> None:
    (tmp_path / "retrain.py").write_text(COUNTS)
    found = played(
        Brought(folder=tmp_path, commands=True), allocator="command", command=("python", "retrain.py"),
        program_minutes=1e-6,
    )  # fmt: skip

    assert (found.ladder_short, len(found.ladder)) == ("too_slow", 6)


def test_a_pace_keeps_its_word() -> None:
    # 100 answers a second: 6,000 fit into a minute, 6,001 do not
    quick, slow = Pace(), Pace()
    for pace in (quick, slow):
        pace.add(2.0, 150)
        pace.add(1.0, 150)

    assert quick.allows(6000, minutes=1)
    assert not slow.allows(6001, minutes=1)
    quick.add(100.0, 1)
    assert quick.allows(6000, minutes=1)
    assert copy.deepcopy(quick) is quick


def test_a_program_that_breaks_the_protocol_leaves_a_reason_and_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "retrain.py").write_text("import sys; sys.exit('a secret row')")
    found = played(
        Brought(folder=tmp_path, commands=True), allocator="command", command=("python", "retrain.py")
    )

    assert (found.status, found.reason, found.arms) == ("not_checked", "NE-RERUN", ())
    assert found.because == "the program broke the retrain protocol (start): it ended with exit code 1"
    assert found.said == b"a secret row\n"


def test_a_forecaster_in_python_takes_the_place_of_the_allocator() -> None:
    found = played(Brought(folder=Path(), forecaster=Alphabet()), allocator="proportional")

    assert found.model == RetrainedModel(
        kind="forecaster", name="alphabet", version="", network="as_auditkit"
    )
    # it always picks the areas with the lowest rates, and the tool those with the highest
    assert found.overlap == 0
    assert found.arms[0].top_mean == 0


def test_a_forecaster_whose_scores_are_wrong_cannot_be_rerun() -> None:
    found = played(Brought(folder=Path(), forecaster=Alphabet([1.0])), allocator="top_k")

    assert (found.status, found.reason) == ("not_checked", "NE-RERUN")
    assert found.because.startswith(
        "the forecaster 'alphabet' broke the protocol (round 1): its scores have the shape"
    )


def test_a_forecaster_that_fails_only_on_the_audited_periods_is_played_without_an_overlap() -> None:
    class OnlyMany(Alphabet):
        def scores(self, round: int, reported: Ints, discovered: Ints) -> Floats:  # noqa: A002  # the protocol's own word
            found = super().scores(round, reported, discovered)
            return found if self.replicates > 1 else found[:, :1]

    found = played(Brought(folder=Path(), forecaster=OnlyMany()), allocator="top_k")

    assert (found.status, found.overlap) == ("measured", None)


def test_a_history_without_a_split_is_nobody_s_loop() -> None:
    tally = made_tally()
    declared = FeedbackChoice(allocator="kernel_density")
    brought = Brought(folder=Path(), forecaster=Alphabet())
    for one in (brought, Brought(folder=Path())):
        assert simulate_tool(
            replace(tally, past=None), declared, one, rng=np.random.default_rng(1), progress=lambda _: None,
            decision=None, period="week",
        ) is None  # fmt: skip


def test_closest_names_its_surrogate_and_how_well_it_repeats_the_tool() -> None:
    found = played(Brought(folder=Path()), allocator="closest")

    assert (found.status, found.repeats, found.overlap) == ("measured", "all records so far", 1.0)


def test_a_tool_that_nothing_repeats_cannot_be_rerun_and_the_overlap_is_said() -> None:
    rng = np.random.default_rng(4)
    flags = np.column_stack([np.isin(np.arange(12), rng.choice(12, 3, replace=False)) for _ in range(8)])
    found = played(Brought(folder=Path()), made_tally(flags.astype(float)), allocator="closest")

    assert (found.status, found.reason) == ("not_checked", "NE-RERUN")
    assert found.overlap is not None
    assert found.overlap < 0.7


@pytest.mark.parametrize("allocator", ["kernel_density", "self_exciting", "rolling_count"])
def test_every_allocator_is_played_and_held_against_the_submitted_flags(allocator: str) -> None:
    found = played(Brought(folder=Path()), allocator=allocator)

    assert (found.status, found.allocator, found.repeats, found.model) == ("measured", allocator, None, None)
    assert found.overlap is not None
    assert found.smoothed_over == (
        "neighbours" if allocator == "kernel_density" else None
    )  # there are no centres
    assert found.overlap > 0.4  # rates differ so much that all of them flag nearly the same areas
