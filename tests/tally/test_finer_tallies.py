"""From a table to its small tallies: scores in bins, people in several rows, circumstances, and their measures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from auditkit.definitions.audit_file import read_audit_file
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import measure
from auditkit.results.measurements import Estimate, Measurement, NotEstimable
from auditkit.results.rows import CheckedRows
from auditkit.results.tally import Tally
from auditkit.statistics import critical
from auditkit.tally.people import tally

MEASURING = Measuring(orientation="burden", families=(), minimum_n=1, ratio_interval="katz")
OUTCOME = {"column": "outcome", "positive": ["1"], "means": "arrested again", "source": "arrest"}


def counted(path: Path) -> Tally:
    audit = read_audit_file(path)
    with connect(audit.engine) as engine:
        rows = load(engine, audit, folder=path.parent, audit_name=path.name)
        return tally(CheckedRows(rows=rows, checks=(), refused=()), audit)


def measured(counts: Tally, *metrics: str) -> dict[str, Measurement]:
    return measure(counts, metrics=metrics, measuring=MEASURING, progress=lambda _words: None).by_id()


def estimate(found: dict[str, Measurement], name: str) -> Estimate:
    result = found[name].result
    assert isinstance(result, Estimate), result
    return result


# Scores.

CONTINUOUS = {
    "id": "id", "score": "score", "decision": {"score_at_least": 0.61803}, "outcome": OUTCOME, "score_is": "probability",
}  # fmt: skip


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    score = rng.beta(2, 3, size=6000)
    return pd.DataFrame(
        {
            "id": np.arange(score.size), "race": rng.choice(["A", "B"], size=score.size), "score": score,
            "outcome": (rng.random(score.size) < score).astype(int),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def binned(
    people: pd.DataFrame, write_audit: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Tally, Tally]:
    folder = tmp_path_factory.mktemp("scores")
    people.to_parquet(folder / "people.parquet")
    path = write_audit(folder, None, file="people.parquet", records=CONTINUOUS)
    return counted(path), counted(path)


def test_thousands_of_scores_fall_into_about_a_hundred_bins_that_lose_nobody(
    binned: tuple[Tally, Tally], people: pd.DataFrame
) -> None:
    everyone, race = binned[0].scores

    assert not everyone.exact
    assert 90 <= len(everyone.bins) <= 110
    for table in (everyone, race):
        assert sum(cell.n for cell in table.cells) == len(people)
        assert sum(cell.n for cell in table.cells if cell.outcome == 1) == people["outcome"].sum()
    sizes = [sum(cell.n for cell in everyone.cells if cell.bin == at) for at in range(len(everyone.bins))]
    assert max(sizes) <= 2 * len(people) / 100


def test_the_score_limit_in_use_is_the_edge_of_a_bin(
    binned: tuple[Tally, Tally], people: pd.DataFrame
) -> None:
    table = binned[0].scores[0]

    (edge,) = [at for at, one in enumerate(table.bins) if one.low == 0.61803]
    assert sum(cell.n for cell in table.cells if cell.bin >= edge) == (people["score"] >= 0.61803).sum()
    assert {cell.decision for cell in table.cells if cell.bin >= edge} == {1}
    assert {cell.decision for cell in table.cells if cell.bin < edge} == {0}


def test_bins_are_the_same_every_time(binned: tuple[Tally, Tally]) -> None:
    assert binned[0].scores == binned[1].scores


def test_bins_hardly_move_the_area_under_the_curve_and_the_mean(
    binned: tuple[Tally, Tally], people: pd.DataFrame
) -> None:
    found = measured(binned[0], "scores")

    for group, chosen in (("everyone", people), ("race=A", people[people["race"] == "A"])):
        expected = roc_auc_score(chosen["outcome"], chosen["score"])
        assert estimate(found, f"area_under_curve/{group}").value == pytest.approx(expected, abs=5e-4)
        gap = chosen["outcome"].mean() - chosen["score"].mean()
        assert estimate(found, f"calibration_in_the_large/{group}").value == pytest.approx(gap, abs=1e-4)


def test_rates_at_the_limit_in_use_are_those_of_the_whole_table(binned: tuple[Tally, Tally]) -> None:
    found = measured(binned[0], "false_positive_rate", "sweep")

    whole = estimate(found, "false_positive_rate/race=A")
    swept = estimate(found, "false_positive_rate/race=A@score%20at%20least%200.618")
    assert (swept.numerator, swept.denominator) == (whole.numerator, whole.denominator)
    assert len({item.stratum for item in found.values() if item.stratum}) <= 20


def test_few_scores_are_kept_apart_and_people_without_a_score_are_left_out(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    table = "id,race,score,outcome\n1,A,2,1\n2,A,10,0\n3,B,,1\n4,B,10,\n"
    records = {"id": "id", "score": "score", "decision": {"score_at_least": 5}, "outcome": OUTCOME}

    everyone, race = counted(write_audit(tmp_path, table, records=records)).scores

    assert [(one.low, one.mean) for one in everyone.bins] == [(2, 2), (10, 10)]
    assert everyone.exact
    assert everyone.limit == 5
    assert sorted((c.group, c.bin, c.decision, str(c.outcome), c.n) for c in race.cells) == [
        (("A",), 0, 0, "1", 1), (("A",), 1, 1, "0", 1), (("B",), 1, 1, "None", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", ["", "1"])
def test_scores_without_numbers_or_without_outcomes_give_no_tally_and_no_measure(
    outcome: str, write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    score = "" if outcome else "3"
    table = "id,race,score,flagged,outcome\n" + f"1,A,{score},1,{outcome}\n2,B,{score},0,{outcome}\n"
    path = write_audit(tmp_path, table, records={"score": "score"}, groups={"race": {"column": "race"}})

    counts = counted(path)

    assert (counts.scores == ()) is bool(outcome)
    assert measured(counts, "scores", "sweep").keys() == {"people/everyone", *(
        f"people/race={race}" for race in "AB"), "unknown_group_rate/race"}  # fmt: skip


# People who stand in several rows.


def repeated(times: int) -> str:
    """Write 40 people, 20 of each race, each in so many equal rows; 5 of A and 10 of B are flagged."""
    rows = [
        f"p{who},{race},{int(at < flagged)},{at % 2}"
        for first, (race, flagged) in enumerate((("A", 5), ("B", 10)))
        for at in range(20)
        for who in [20 * first + at]
        for _ in range(times)
    ]
    return "\n".join(["person,race,flagged,outcome", *rows]) + "\n"


def of_repeats(write_audit: Callable[..., Path], folder: Path, table: str, **records: Any) -> Tally:
    return counted(write_audit(folder, table, records={"id": None, "repeat": "person", **records}))


def test_rows_repeated_so_often_for_everyone_tell_no_more_than_fewer_rows(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    twice, thrice = (
        measured(of_repeats(write_audit, tmp_path / str(k), repeated(k)), "selection_rate") for k in (2, 3)
    )

    # 5 of 20 people. Between people, 5/20 x 15/20 / 19 in place of / 20, and Student's 19 degrees of freedom: the rows
    # weigh as much as 19 / (t/z)^2 people, however often each is repeated.
    size = 19 * (critical.normal(0.95) / critical.student(0.95, 19)) ** 2
    expected = proportion_confint(0.25 * size, size, method="wilson")
    for found, rows in ((twice, 40), (thrice, 60)):
        result = estimate(found, "selection_rate/race=A")
        assert (result.value, result.denominator, result.method) == (0.25, rows, "wilson_clustered")
        assert result.interval == pytest.approx(expected)
    for name in ("difference", "ratio"):
        one, other = (estimate(found, f"selection_rate_{name}/race=B~race=A") for found in (twice, thrice))
        assert one.interval == pytest.approx(other.interval)


def test_people_in_one_row_each_have_the_numbers_that_they_have_without_repeats(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    table = repeated(1)
    metrics = ("selection_rate", "false_positive_rate", "prevalence", "favourable_rate")

    single = measured(of_repeats(write_audit, tmp_path / "1", table), *metrics)
    plain = measured(of_repeats(write_audit, tmp_path / "2", table, repeat=None), *metrics)

    assert single == plain


def test_rows_without_a_person_are_people_of_their_own(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    nobody = "person,race,flagged,outcome\n" + ",A,1,0\n,A,0,1\n" * 15

    counts = of_repeats(write_audit, tmp_path, nobody)

    assert not counts.repeated
    assert estimate(measured(counts, "selection_rate"), "selection_rate/race=A").method == "wilson"


def test_fewer_than_20_people_in_several_rows_keep_their_rate_and_get_no_interval(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    rows = "".join(
        f"p{at},{race},{at % 2},0\n" * 2 for race in "AB" for at in range(10 if race == "A" else 19)
    )

    found = measured(
        of_repeats(write_audit, tmp_path, "person,race,flagged,outcome\n" + rows), "selection_rate"
    )

    rate = estimate(found, "selection_rate/race=A")
    assert (rate.value, rate.interval, rate.reason) == (0.5, None, "NE-BLOCKS")
    for name in ("difference", "ratio"):
        result = estimate(found, f"selection_rate_{name}/race=B~race=A")
        assert (result.interval, result.reason) == (None, "NE-BLOCKS")
    assert found["selection_rate_p_value/race=B~race=A"].result == NotEstimable(reason="NE-BLOCKS")


def test_where_a_few_people_have_most_rows_a_rate_gets_no_interval(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    # 30 people, of whom two stand in 40 rows each: (28 + 2 x 40^2)^2 / (28 + 2 x 40^4) - 1 is 1.0 degrees of freedom
    # where all rows of a person agree, as they do.
    rows = "".join(
        f"{race}{at},{race},{int(at % 3 == 0)},0\n" * (40 if at < 2 else 1)
        for race in "AB"
        for at in range(30)
    )

    found = measured(
        of_repeats(write_audit, tmp_path, "person,race,flagged,outcome\n" + rows), "selection_rate"
    )

    rate = estimate(found, "selection_rate/race=A")
    assert (rate.value, rate.interval, rate.reason) == (49 / 108, None, "NE-BLOCKS")


def test_measures_that_take_rows_as_people_lose_what_says_how_sure_they_are(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    table = repeated(2).replace("person,", "person,area,score,")
    table = "\n".join(
        line if line.startswith("person") else line.replace(",", f",{'NS'[at % 4 // 2]},{at % 7},", 1)
        for at, line in enumerate(table.splitlines())
    )
    records = {"score": "score", "area": "area", "strata": ["area"]}

    found = measured(of_repeats(write_audit, tmp_path, table, **records), "scores", "strata", "areas")

    finer = [item for item in found.values() if item.metric not in {"people", "unknown_group_rate"}]
    assert {item.result.interval for item in finer if isinstance(item.result, Estimate)} == {None}
    assert estimate(found, "area_under_curve/everyone").reason == "NE-BLOCKS"
    assert found["selection_rate_p_value_bh/area=N~area=%28elsewhere%29"].result == NotEstimable(
        reason="NE-BLOCKS"
    )
    assert estimate(found, "selection_rate_strata_used/race=B~race=A").value == 2


# Circumstances.


def test_published_counts_are_counted_by_circumstances(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    table = "race,charge,flagged,n\nA,theft,1,5\nA,theft,0,7\nB,theft,1,2\nB,,0,3\n"
    records = {"id": None, "outcome": None, "counts": "n", "strata": ["charge"]}

    (strata,) = counted(write_audit(tmp_path, table, records=records)).strata

    assert strata.names == ("charge",)
    assert [(c.stratum, c.group, c.decision, c.n) for c in strata.cells] == [
        (("theft",), ("A",), 0, 7), (("theft",), ("A",), 1, 5), (("(unknown)",), ("B",), 0, 3), (("theft",), ("B",), 1, 2),
    ]  # fmt: skip


def test_a_count_withheld_at_the_source_leaves_no_finer_tally(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    table = "race,charge,flagged,score,outcome,n\nA,theft,1,1,0,5\nA,theft,0,2,1,*\nB,theft,1,3,0,20\n"
    records = {"id": None, "counts": "n", "strata": ["charge"], "suppressed": ["*"], "score": "score"}

    counts = counted(write_audit(tmp_path, table, records=records))

    assert (counts.strata, counts.scores) == ((), ())
