"""Which conclusions hang on an assumption: the same limit on the same number, measured again."""

from typing import Any

import pytest

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Policy
from auditkit.judge.bounds_disclosure import few_inferred, missing_hidden, open_rows, without_bounds
from auditkit.judge.families import declare_marks
from auditkit.judge.finer_counts import Row
from auditkit.judge.sensitivity import sensitivity
from auditkit.judge.unbounded import open_gaps
from auditkit.results.feedback import Feedback
from auditkit.results.findings import AppliedLimit, Comparison, Finding, Judgement, Verdict
from auditkit.results.finer_tallies import (
    InferredTally,
    ScoreBin,
    ScoreCell,
    ScoreTally,
    StratumCell,
    StratumTally,
    ZoneCell,
)
from auditkit.results.measurements import (
    Bounds,
    Estimate,
    Measurement,
    Measurements,
    NotEstimable,
    Result,
    Withheld,
)
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally

NO_LOOP = Feedback(status="not_checked", because="", needs=())
AUDIT = AuditFile.model_validate(
    {
        "tool": {
            "name": "t", "vendor": "v", "version": "1", "type": "person", "purpose": "p", "flagged_means": "f",
            "orientation": "burden", "status": "pilot",
        },
        "records": {"path": "t.csv", "totals": {"flagged": "k", "of": "n"}},
        "groups": {"race": {"column": "race", "reference": "A"}, "sex": {"column": "sex"}},
    }
)  # fmt: skip
LIMIT = {
    "id": "flagged", "measure": "selection_rate_ratio", "dimension": "race", "compare": "reference", "at_least": 0.8,
    "at_most": 1.25, "required": True, "scope": "test", "source": "methods 3.7", "why": "It is a test.",
}  # fmt: skip


def make_policy(**changes: Any) -> Policy:
    return Policy.model_validate({"name": "p", "version": "1", "limit": [{**LIMIT, **changes}]})


def make(result: Result, stratum: str | None = None, metric: str = "selection_rate_ratio") -> Measurement:
    return Measurement(
        metric=metric, dimension=("race",), group=(("race", "B"),), against=(("race", "A"),), result=result, stratum=stratum
    )  # fmt: skip


def estimate(low: float, high: float, *, bounds: Bounds | None = None) -> Estimate:
    return Estimate(
        value=(low + high) / 2, interval=(low, high), interval_90=(low, high), interval_family=None, method="katz",
        bounds=bounds,
    )  # fmt: skip


def only(bounds: Bounds) -> Estimate:
    return Estimate(
        value=None, interval=None, interval_90=None, interval_family=None, method="katz", bounds=bounds,
        bounds_interval=bounds, bounds_interval_90=bounds,
    )  # fmt: skip


def finding(status: Verdict, *comparisons: Comparison, measure: str = "selection_rate_ratio") -> Finding:
    applied = AppliedLimit(
        measure=measure, dimension="race", compare="reference", at_most=1.25, at_least=0.8, required=True, judged_by="interval"
    )  # fmt: skip
    return Finding(
        id="flagged/race", limit_id="flagged", status=status, evidence=(), comparisons=comparisons, limit=applied,
        scope="", source="", why="",
    )  # fmt: skip


def outcomes(status: Verdict, whole: Result, again: dict[str, Result]) -> dict[str, str]:
    items = (make(whole), *(make(result, stratum) for stratum, result in again.items()))
    judged = Judgement(
        findings=(finding(status, Comparison(measurement=items[0].id, status=status)),), recommendation="not_ready",
        decided_by=(),
    )  # fmt: skip
    found = sensitivity(judged, Measurements(items=items), make_policy(), AUDIT, feedback=NO_LOOP)
    return {cell.assumption: cell.outcome for row in found.rows for cell in row.cells}


def test_a_conclusion_holds_flips_or_can_no_longer_be_drawn() -> None:
    found = outcomes(
        "does_not_meet",
        estimate(1.5, 1.9),
        {
            "assuming:areas-in-pairs": estimate(1.4, 1.8), "assuming:shifted-origin": estimate(0.9, 1.1),
            "assuming:unknown-group": only((0.7, 3.0)), "follow-up complete": estimate(1.6, 1.8),
            "score at least 5": estimate(0.9, 1.1),
        },
    )  # fmt: skip

    assert found == {
        "unknown-group": "cannot_tell", "areas-in-pairs": "holds", "equal-follow-up": "holds", "shifted-origin": "flips",
    }  # fmt: skip
    assert next(iter(found)) == "unknown-group"


def test_what_could_not_be_told_flips_once_it_can() -> None:
    assert outcomes("cannot_tell", estimate(0.7, 1.9), {"assuming:x": estimate(0.9, 1.1)}) == {"x": "flips"}


def test_the_starting_point_leaves_unknown_people_out() -> None:
    # the audit cannot tell because of the bounds; on known people alone the limit is met, and so it hangs on the others
    whole = estimate(0.9, 1.1, bounds=(0.5, 2.0))
    items = (make(whole), make(only((0.5, 2.0)), "assuming:unknown-group"))
    judged = Judgement(
        findings=(finding("cannot_tell", Comparison(measurement=items[0].id, status="cannot_tell")),),
        recommendation="not_ready", decided_by=(),
    )  # fmt: skip
    (row,) = sensitivity(judged, Measurements(items=items), make_policy(), AUDIT, feedback=NO_LOOP).rows

    assert (row.verdict, row.as_counted, row.cells[0].outcome) == ("cannot_tell", "meets", "cannot_tell")


def test_a_withheld_number_is_not_judged_again() -> None:
    assert outcomes("meets", Withheld(), {"assuming:x": Withheld()}) == {}
    assert outcomes("cannot_tell", NotEstimable(reason="NE-SMALL"), {"assuming:x": estimate(0.9, 1.1)}) == {
        "x": "flips"
    }


@pytest.mark.parametrize(("status", "outcome"), [("cannot_tell", "cannot_tell"), ("does_not_meet", "holds")])
def test_the_loop_is_judged_under_all_assumed_rates_at_once(status: Verdict, outcome: str) -> None:
    judged = Judgement(
        findings=(finding(status, measure="feedback_verdict"),), recommendation="not_ready", decided_by=()
    )
    looped = Feedback(status="measured", because="", needs=(), scenarios=("low",))  # type: ignore[arg-type]  # the test gives what the function must take or refuse
    found = sensitivity(judged, Measurements(items=()), make_policy(), AUDIT, feedback=looped)

    assert [(row.measurement, row.cells[0].outcome) for row in found.rows] == [(None, outcome)]
    assert sensitivity(judged, Measurements(items=()), make_policy(), AUDIT, feedback=NO_LOOP).rows == ()


def test_marks_of_a_policy_are_mirrored_where_no_group_is_the_reference() -> None:
    wide = declare_marks(make_policy(dimension="*"), AUDIT)

    assert wide["selection_rate_ratio", ("race",)] == (0.8, 1.25)
    assert wide["selection_rate_ratio", ("sex",)] == (0.8, 1.25)  # each the other's mirror
    gaps = declare_marks(
        make_policy(measure="selection_rate_difference", dimension="sex", at_least=None, at_most=0.1), AUDIT
    )
    assert gaps == {("selection_rate_difference", ("sex",)): (-0.1, 0.1)}


UNSAFE = {("selection_rate", ("race",), (("race", UNKNOWN),))}


def test_bounds_are_withheld_with_the_counts_of_unknown_people() -> None:
    kept = without_bounds(make(estimate(0.9, 1.1, bounds=(0.5, 2.0))), UNSAFE, set())
    alone = without_bounds(make(only((0.5, 2.0)), "assuming:unknown-group"), UNSAFE, set())
    hidden = without_bounds(make(only((0.5, 2.0)), "assuming:hidden-outcomes"), UNSAFE, set())
    other = without_bounds(
        make(estimate(0.9, 1.1, bounds=(0.5, 2.0))), {("prevalence", ("race",), ())}, set()
    )

    assert isinstance(kept.result, Estimate)
    assert (kept.result.value, kept.result.bounds) == (1.0, None)
    assert alone.result == Withheld()
    assert isinstance(hidden.result, Estimate)
    assert isinstance(other.result, Estimate)
    assert other.result.bounds == (0.5, 2.0)  # decisions and outcomes are counted apart


def test_shares_of_unknown_groups_are_withheld_with_counts_of_unknown_people() -> None:
    item = make(estimate(0.1, 0.2), metric="group_missing_rate_difference")

    assert missing_hidden(item, UNSAFE)
    assert not missing_hidden(item, set())
    assert not missing_hidden(make(estimate(0.1, 0.2)), UNSAFE)


@pytest.mark.parametrize(("mass", "few"), [((20.0, 20.0), set()), ((20.0, 4.0), {"B"})])
def test_small_sums_of_probabilities_are_withheld_like_small_counts(
    mass: tuple[float, float], few: set[str]
) -> None:
    zone = ZoneCell(zone=0, decision=1, outcome=None, n=40, mass=mass)
    table = InferredTally(dimension=("race",), reference=None, groups=("A", "B"), cells=(zone,))
    tally = Tally(dimensions=(), has_outcome=False, refused=(), inferred=(table,))

    assert {group[0][1] for _, _, group in few_inferred(tally, 11)} == few


def test_where_bounds_are_all_there_is_they_are_the_starting_point() -> None:
    assert outcomes("meets", only((0.9, 1.1)), {"assuming:x": only((0.9, 1.2))}) == {"x": "holds"}


@pytest.mark.parametrize(
    ("metric", "stratum", "family", "group", "withheld"),
    [
        ("area_under_curve_difference", None, "score", UNKNOWN, True),
        ("selection_rate_common_odds_ratio", None, "circumstances", "A", True),
        ("selection_rate_ratio", "score at least 3", "score", UNKNOWN, True),
        ("selection_rate_ratio", "score at least 3", "circumstances", UNKNOWN, False),
        ("selection_rate_ratio", "score at least 3", "score", "C", False),
        ("selection_rate_ratio", None, "score", UNKNOWN, False),
    ],
)
def test_bounds_are_withheld_with_a_row_of_few_open_people(
    metric: str, stratum: str | None, family: str, group: str, *, withheld: bool
) -> None:
    rows = {Row(family=family, dimension=("race",), group=(("race", group),))}
    found = without_bounds(make(estimate(0.9, 1.1, bounds=(0.5, 2.0)), stratum, metric), set(), rows).result

    assert isinstance(found, Estimate)
    assert (found.bounds is None) == withheld


def test_few_open_people_are_named_where_rows_of_their_kind_are_shown() -> None:
    bins = (ScoreBin(low=1.0, mean=1.0), ScoreBin(low=2.0, mean=2.0))
    scored = ScoreTally(
        dimension=("race",), reference=None, bins=bins, exact=True, limit=2.0,
        cells=(
            ScoreCell(group=("A",), bin=0, decision=0, outcome=None, n=3),
            ScoreCell(group=("B",), bin=0, decision=0, outcome=1, n=3),  # nothing of them is unknown
            ScoreCell(group=(UNKNOWN,), bin=1, decision=1, outcome=1, n=20),
        ),
    )  # fmt: skip
    within = StratumTally(
        dimension=("race",), reference=None, names=("charge",),
        cells=(
            StratumCell(stratum=("t",), group=(UNKNOWN,), decision=1, outcome=1, n=4),
            StratumCell(stratum=("t",), group=("B",), decision=1, outcome=1, n=4),
        ),
    )  # fmt: skip

    def followed(n: int) -> GroupTally:
        cell = Cell(group=("A",), decision=1, outcome=None, n=n, suppressed=False)
        return GroupTally(dimension=("race",), reference=None, cells=(cell,))

    tally = Tally(
        dimensions=(followed(25),), has_outcome=True, refused=(), scores=(scored,), strata=(within,), followed=(followed(20),)
    )  # fmt: skip
    items = tuple(
        make(estimate(0.9, 1.1), stratum)
        for stratum in ("score at least 2", "charge = t", "follow-up complete")
    )
    rows = {
        (row.family, row.group[0][1]) for row in open_rows(Measurements(items=items), tally, smallest_cell=11)
    }

    # five of A were not followed to the end
    assert rows == {("score", "A"), ("circumstances", UNKNOWN), ("follow-up", "A")}
    assert open_rows(Measurements(items=items[:0]), tally, smallest_cell=11) == frozenset()


def test_equal_follow_up_is_judged_without_what_is_unknown_besides() -> None:
    followed = {"follow-up complete": estimate(0.9, 1.1, bounds=(0.5, 2.0))}

    assert outcomes("meets", estimate(0.9, 1.1), dict(followed)) == {"equal-follow-up": "holds"}


@pytest.mark.parametrize(
    ("metric", "beside", "rests"),
    [
        ("selection_rate_p_value", "selection_rate_ratio", True),
        ("selection_rate_cmh_p_value", "selection_rate_common_odds_ratio", True),
        ("calibration_log_odds_difference", "calibration_slope_difference", True),
        ("selection_rate_p_value", "false_positive_rate_ratio", False),
        ("selection_rate_excess", "selection_rate_ratio", False),
    ],
)
def test_a_test_rests_on_open_people_where_the_gap_that_it_tests_does(
    metric: str, beside: str, *, rests: bool
) -> None:
    item = make(estimate(0.9, 1.1), metric=metric)
    gap = make(estimate(0.9, 1.1, bounds=(0.5, 2.0)), metric=beside)

    moving = open_gaps(metric, ("race",), Measurements(items=(item, gap)))
    assert moving == ({(gap.group, gap.against)} if rests else set())
    assert not open_gaps(metric, ("race",), Measurements(items=(item,)))
    assert not open_gaps(metric, ("sex",), Measurements(items=(item, gap)))
