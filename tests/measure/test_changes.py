"""Two audits compared: which figures moved by more than chance, and when chance has no part."""

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from auditkit import run_audit
from auditkit.measure.changes import changes
from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.report.assemble import _measurement
from auditkit.results.changes import Changes, FigureChange
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.measurements import Family
from auditkit.results.tally import Cell, GroupTally, Tally
from auditkit.statistics.intervals import newcombe, wilson

Write = Callable[..., Path]
Z = 1.959963984540054
CELLS = {"A": (8000, 2000, 1000, 1000), "B": (8000, 2000, 1000, 1000)}
FAMILIES = tuple(
    Family(metric=metric, dimension=("race",), compare="reference", level=0.95)
    for metric in ("selection_rate_difference", "selection_rate_ratio")
)
MEASURING = Measuring(orientation="burden", families=FAMILIES, minimum_n=10, ratio_interval="katz")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> AuditDocument:
    """The document of a small audit, in which tests replace what they are about."""
    return run_audit(write_confusion(tmp_path_factory.mktemp("base"), CELLS)).document


def figure(name: str = "selection_rate/race=A", **told: Any) -> MeasurementRecord:
    """Make a figure; a rate of 30 of 100 unless told otherwise."""
    low, high = wilson(30, 100, critical=Z)
    given: dict[str, Any] = {
        "id": name, "metric": name.partition("/")[0], "dimension": "race", "group": {"race": "A"}, "stratum": None,
        "against": None, "status": "estimated", "value": 0.3, "interval": (low, high), "interval_90": None,
        "interval_family": None, "method": "wilson", "numerator": 30, "denominator": 100, "bounds": None,
        "reason": None,
    }  # fmt: skip
    return MeasurementRecord.model_validate(given | told)


def rate(x: int, m: int, name: str = "selection_rate/race=A") -> MeasurementRecord:
    return figure(name, value=x / m, interval=wilson(x, m, critical=Z), numerator=x, denominator=m)


def missing(reason: str | None, *, status: str = "not_estimable") -> MeasurementRecord:
    return figure(status=status, value=None, interval=None, method=None, reason=reason)


def with_figures(
    document: AuditDocument, *figures: MeasurementRecord, records: str = "a" * 64
) -> AuditDocument:
    """Replace the figures, and the hash of the main table."""
    (table,) = document.inputs
    return document.model_copy(
        update={"measurements": figures, "inputs": (table.model_copy(update={"sha256": records}),)}
    )


def compared(document: AuditDocument, a: MeasurementRecord, b: MeasurementRecord) -> FigureChange:
    found = changes(with_figures(document, a), with_figures(document, b, records="b" * 64))
    (change,) = found.figures
    return change


# Different records


def test_a_rate_that_moved_far_changed_by_more_than_chance(document: AuditDocument) -> None:
    found = compared(document, rate(200, 1000), rate(300, 1000))

    expected = newcombe(300, 1000, 200, 1000, critical=Z)
    assert found.verdict == "changed"
    assert found.scale == "difference"
    assert found.change == pytest.approx(0.1)
    assert found.interval == pytest.approx(expected)
    assert found.interval_joint == pytest.approx(expected), "one figure alone shares its level with none"


def test_a_rate_that_moved_little_stays_within_chance(document: AuditDocument) -> None:
    assert compared(document, rate(30, 100), rate(33, 100)).verdict == "within_chance"


def test_a_ratio_changes_by_a_factor(document: AuditDocument) -> None:
    name = "selection_rate_ratio/race=B~race=A"

    found = compared(
        document, figure(name, value=1.0, interval=(0.8, 1.25)), figure(name, value=2.0, interval=(1.6, 2.5))
    )

    # Both arms are ln 1.25, so the factor 2 reaches 1.25 to the power of root two either way.
    assert found.scale == "ratio"
    assert found.change == pytest.approx(2.0)
    assert found.interval == pytest.approx((2 / 1.25**2**0.5, 2 * 1.25**2**0.5))
    assert found.verdict == "changed"


def test_what_would_pass_alone_is_within_chance_among_many(document: AuditDocument) -> None:
    # 46 of 200 against 64 of 200: alone the interval excludes 0; among 40 comparisons it does not.
    moved = [rate(46, 200), rate(64, 200)]
    still = [rate(50, 200, f"selection_rate/race=G{at}") for at in range(39)]

    alone = compared(document, *moved)
    among = changes(
        with_figures(document, moved[0], *still), with_figures(document, moved[1], *still, records="b" * 64)
    )

    assert alone.verdict == "changed"
    assert among.compared == 40
    assert among.figures[0].interval == alone.interval
    assert among.figures[0].verdict == "within_chance"
    assert among.of("changed") == ()


@pytest.mark.parametrize(
    ("a", "b", "because"),
    [
        (missing("NE-SMALL"), rate(3, 10), "not estimable in A (NE-SMALL)"),
        (rate(3, 10), missing("NE-DENOM"), "not estimable in B (NE-DENOM)"),
        (rate(3, 10), figure(interval=None, reason="NE-BLOCKS"), "no value with a range in B (NE-BLOCKS)"),
        (figure(value=None), rate(3, 10), "no value with a range in A"),
        (
            figure("selection_rate_ratio/race", value=0.0),
            figure("selection_rate_ratio/race"),
            "a ratio of 0 in A, which no factor leads away from",
        ),
        (figure(interval=(None, None)), rate(3, 10), None),
        (figure(interval=(None, None)), figure(interval=(None, None)), "no limit on either side"),
        (
            figure("selection_rate_ratio/race", interval=(0.0, None)),
            figure("selection_rate_ratio/race", interval=(0.1, 1.0)),
            "no limit on either side",
        ),
    ],
)  # fmt: skip
def test_without_a_range_on_both_sides_nobody_can_tell(
    document: AuditDocument, a: MeasurementRecord, b: MeasurementRecord, because: str | None
) -> None:
    found = compared(document, a, b)

    assert found.verdict == "cannot_tell"
    assert found.because == (because or "no limit on either side")
    assert found.interval is None


def test_a_change_with_one_limit_is_judged_by_it(document: AuditDocument) -> None:
    name = "selection_rate_ratio/race=B~race=A"

    found = compared(
        document, figure(name, value=1.0, interval=(0.9, 1.1)), figure(name, value=9.0, interval=(6.0, None))
    )

    assert found.verdict == "changed"
    assert found.interval is not None
    assert found.interval[1] is None


def test_figures_of_one_audit_only_and_withheld_figures_are_listed(document: AuditDocument) -> None:
    kept, gone, new = (rate(3, 10, f"selection_rate/race={name}") for name in ("Kept", "Gone", "New"))
    hidden = missing(None, status="withheld")

    found = changes(
        with_figures(document, kept, gone, rate(3, 10)),
        with_figures(document, kept, hidden, new, records="b" * 64),
    )

    assert [one.id for one in found.figures] == [kept.id]
    assert (found.only_a, found.only_b, found.withheld) == ((gone.id,), (new.id,), (hidden.id,))
    assert found.compared == 1


def test_intervals_over_blocks_are_widened_by_student_t(document: AuditDocument) -> None:
    from scipy import stats

    places = SimpleNamespace(blocks=20)
    names = ("hit_rate/everyone", "flag_gini/everyone")
    a = [figure(name, value=0.5, interval=(0.4, 0.6), method="blocks") for name in names]
    first = with_figures(document, *a).model_copy(update={"places": places})
    second = with_figures(document, *a, records="b" * 64).model_copy(update={"places": places})

    found = changes(first, second).figures[0]

    # Two comparisons share 5 %; Student's t on 19 degrees of freedom; arms of 0.1 in both audits.
    reach = 0.1 * 2**0.5 * stats.t.ppf(1 - 0.0125, 19) / stats.t.ppf(0.975, 19)
    assert found.interval_joint == pytest.approx((-reach, reach))


# The same records


def test_with_the_same_files_every_number_that_differs_is_listed_as_it_is(document: AuditDocument) -> None:
    same, moved = rate(3, 10, "selection_rate/race=S"), rate(200, 1000)

    found = changes(with_figures(document, same, moved), with_figures(document, same, rate(201, 1000)))

    assert found.relation == "same_files"
    assert found.compared == 0
    assert [(one.id, one.a, one.b) for one in found.of("differs")] == [(moved.id, 0.2, 0.201)]
    assert [one.id for one in found.of("same")] == [same.id]
    assert all(one.interval is None for one in found.figures), "chance has no part in it"


def test_a_number_that_can_no_longer_be_had_differs(document: AuditDocument) -> None:
    (found,) = changes(
        with_figures(document, rate(3, 10)), with_figures(document, missing("NE-SMALL"))
    ).figures

    assert (found.verdict, found.a, found.b, found.change) == ("differs", 0.3, None, None)


def test_the_same_main_table_beside_other_files_leaves_no_room_for_chance(document: AuditDocument) -> None:
    first = with_figures(document, rate(3, 10))
    areas = first.inputs[0].model_copy(update={"table": "areas"})
    second = first.model_copy(update={"inputs": (*first.inputs, areas)})

    found = changes(first, second)

    assert found.relation == "same_records"
    assert [(fact.name, fact.same) for fact in found.facts if fact.name.startswith("input")] == [
        ("input: records", True),
        ("input: areas", False),
    ]


# Beside the figures


def test_verdicts_that_changed_are_listed_also_where_one_audit_lacks_the_limit(
    document: AuditDocument,
) -> None:
    first, second, *others = document.findings
    worse = first.model_copy(update={"status": "cannot_tell"})

    found = changes(document, document.model_copy(update={"findings": (worse, *others)}))

    assert [(one.id, one.a, one.b) for one in found.findings] == [
        (first.id, first.status, "cannot_tell"),
        (second.id, second.status, None),
    ]


def test_what_both_audits_say_about_themselves_is_compared(document: AuditDocument) -> None:
    policy = document.policy.model_copy(update={"sha256": "c" * 64})
    versions = document.provenance.model_copy(update={"seed": 7})

    found = changes(document, document.model_copy(update={"policy": policy, "provenance": versions}))

    assert [fact.name for fact in found.facts if not fact.same] == ["policy", "seed"]
    assert not found.same_policy
    assert (found.recommendation_a, found.recommendation_b) == (document.recommendation.code,) * 2


def test_an_audit_compared_with_itself_shows_no_change(document: AuditDocument) -> None:
    found = changes(document, document)

    assert found.same_policy
    assert all(fact.same for fact in found.facts)
    assert {one.verdict for one in found.figures} == {"same"}
    assert found.findings == ()
    assert found.only_a == found.only_b == found.withheld == ()


# How often chance is taken for change


def world(rng: np.random.Generator, *, size: int, share: float) -> tuple[MeasurementRecord, ...]:
    """Measure five equal groups of people who are all flagged with one probability."""
    cells = tuple(
        Cell(group=(group,), decision=decision, outcome=None, n=n, suppressed=False)
        for group, k in zip("ABCDE", rng.binomial(size, share, size=5).tolist(), strict=True)
        for decision, n in ((1, k), (0, size - k))
    )
    tally = GroupTally(dimension=("race",), reference=("A",), cells=cells)
    measured = measure(
        Tally(dimensions=(tally,), has_outcome=False, refused=()), metrics=("selection_rate",), measuring=MEASURING,
        progress=lambda _words: None,
    )  # fmt: skip
    return tuple(_measurement(item) for item in measured.items)


@pytest.mark.parametrize(("size", "share"), [(200, 0.3), (60, 0.1)])
def test_two_audits_of_an_unchanged_world_rarely_differ_by_more_than_chance(
    document: AuditDocument, size: int, share: float
) -> None:
    rng = np.random.default_rng(20260302)
    worlds, alarms, figures = 300, 0, set()

    for _ in range(worlds):
        a, b = (with_figures(document, *world(rng, size=size, share=share), records=r * 64) for r in "ab")
        found = changes(a, b)
        figures.add(found.compared)
        alarms += bool(found.of("changed"))

    assert min(figures) >= 10, "rates, differences, ratios, their range and the impact ratio"
    # 5 % plus three standard errors of 300 audits: 0.05 + 3 * 0.0126
    assert alarms / worlds <= 0.088


def test_a_world_that_did_change_is_found(document: AuditDocument) -> None:
    rng = np.random.default_rng(20260303)

    a = with_figures(document, *world(rng, size=1000, share=0.2))
    b = with_figures(document, *world(rng, size=1000, share=0.3), records="b" * 64)
    found: Changes = changes(a, b)

    changed = {one.id for one in found.of("changed")}
    assert {f"selection_rate/race={group}" for group in "ABCDE"} <= changed
    assert not any("_ratio/race=" in name for name in changed), "all groups moved alike"


def test_an_interval_is_a_pair_without_infinities(document: AuditDocument) -> None:
    found = compared(document, figure(interval=(0.2, None)), rate(3, 10))

    assert found.interval is not None
    assert found.interval[0] is None
    # B's upper arm, and 0.3 - 0.2 of A below
    assert found.interval[1] == pytest.approx(math.hypot(wilson(3, 10, critical=Z).high - 0.3, 0.1))


def test_numbers_of_searches_are_left_out_because_rules_are_fitted_anew(document: AuditDocument) -> None:
    rule = figure("alternative_selection_rate/race=A", stratum="alternative: small tree")

    found = changes(with_figures(document, rule, records="a" * 64), with_figures(document, records="b" * 64))

    assert (found.figures, found.only_a) == ((), ())


def test_figures_made_under_other_assumptions_widen_no_range(document: AuditDocument) -> None:
    moved = [rate(46, 200), rate(64, 200)]
    assumed = [
        figure(f"selection_rate/race=G{at}@assuming%3Aareas-in-pairs", stratum="assuming:areas-in-pairs")
        for at in range(39)
    ]

    found = changes(
        with_figures(document, moved[0], *assumed),
        with_figures(document, moved[1], *assumed, records="b" * 64),
    )

    assert found.compared == 1
    assert [one.verdict for one in found.figures] == ["changed"]
