"""Stops in New York held against residents and past arrests (methods G34), and where hit rates mislead (G35)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import beta

from auditkit import run_audit
from auditkit.results.audit import Audit
from auditkit.statistics import threshold_test
from tests.report.tracing import not_in_table, untraced, with_ids

FRISK = Path(__file__).parents[3] / "shared" / "data" / "nyc_frisk_gelman" / "frisk_with_noise.csv"
POLICY = """
name = "stops"
version = "1"
[[limit]]
id = "stops-within-precincts"
measure = "stops_per_arrests_within_areas_ratio"
compare = "reference"
at_least = 0.8
at_most = 1.25
required = true
scope = "replication"
source = "methods 3.7"
why = "It repeats a published analysis."
"""
ALL_STOPS = {"id": None, "outcome": None, "decision": "all", "counts": "stops", "area": "precinct"}


@pytest.fixture(scope="module")
def new_york(tmp_path_factory: pytest.TempPathFactory, write_audit: Callable[..., Path]) -> Audit:
    if not FRISK.is_file():
        pytest.skip("the folder of shared data 'nyc_frisk_gelman' is absent")
    folder = tmp_path_factory.mktemp("stops")
    table = pd.read_csv(FRISK)
    people = table.groupby(["precinct", "eth"], as_index=False).agg(
        stops=("stops", "sum"), arrests=("past.arrests", "sum"), residents=("pop", "first")
    )
    people[["precinct", "eth", "arrests", "residents"]].to_csv(folder / "benchmark.csv", index=False)
    (folder / "policy.toml").write_text(POLICY)
    benchmark = {
        "path": "benchmark.csv", "area": "precinct", "groups": {"race": "eth"},
        "counts": {"arrests": "arrests", "residents": "residents"},
    }  # fmt: skip
    path = write_audit(
        folder, people[["precinct", "eth", "stops"]].to_csv(index=False), file="stops.csv", records=ALL_STOPS,
        groups={"race": {"column": "eth", "reference": "3"}}, stops={"benchmark": benchmark},
        policy={"use": "policy.toml"}, publication={"smallest_cell": 0},
    )  # fmt: skip
    return run_audit(path)


def ratio(audit: Audit, metric: str) -> Any:
    return audit.measurements_frame().set_index("id").loc[f"{metric}/race=1~race=3"]


def test_the_benchmark_decides_how_much_oftener_black_people_are_stopped(new_york: Audit) -> None:
    # methods G34: group 1 (Black) over group 3 (white)
    assert ratio(new_york, "stops_per_residents_ratio")["value"] == pytest.approx(7.00, abs=5e-3)
    assert ratio(new_york, "stops_per_arrests_ratio")["value"] == pytest.approx(1.175, abs=1e-3)
    within = ratio(new_york, "stops_per_arrests_within_areas_ratio")
    assert within["value"] == pytest.approx(1.520, abs=5e-4)
    # exp(.419) = 1.520 with a plain standard error of .0094; overdispersion of 21.9 widens it by 4.7 at least.
    assert within["high"] / within["value"] > 1.0 + 1.9 * 4.6 * 0.0094


def test_a_limit_can_stand_on_a_benchmark(new_york: Audit) -> None:
    (finding,) = new_york.document.findings

    assert {one.measurement for one in finding.comparisons} == {
        f"stops_per_arrests_within_areas_ratio/race={race}~race=3" for race in (1, 2)
    }
    assert finding.status in {"does_not_meet", "cannot_tell"}


def test_where_every_row_is_a_stop_no_rate_of_flags_is_claimed(new_york: Audit) -> None:
    metrics = set(new_york.measurements_frame()["metric"])
    assert not metrics & {"selection_rate", "favourable_rate", "positive_predictive_value"}


def test_one_cut_for_all_gives_unequal_hit_rates(write_audit: Callable[..., Path], tmp_path: Path) -> None:
    # Methods G35: half of each group is at a risk of .05 and none of them is searched. The other half is at .75 in
    # group 1 and .50 in group 2, and all of them are searched: the same cut of .10 for both.
    table = (
        "race,searched,hit,n\n1,no,,200\n1,yes,yes,150\n1,yes,no,50\n2,no,,200\n2,yes,yes,100\n2,yes,no,100\n"
    )
    path = write_audit(
        tmp_path, table, file="stops.csv", groups={"race": {"column": "race", "reference": "2"}},
        records={
            "id": None, "counts": "n", "decision": {"column": "searched", "flagged": ["yes"]},
            "outcome": {"column": "hit", "positive": ["yes"], "means": "found with contraband", "source": "officer_initiated"},
        },
    )  # fmt: skip

    frame = run_audit(path).measurements_frame().set_index("id")

    assert frame.loc["positive_predictive_value/race=1"]["value"] == 0.75
    assert frame.loc["positive_predictive_value/race=2"]["value"] == 0.50
    assert frame.loc["selection_rate_ratio/race=1~race=2"]["value"] == 1.0
    assert (
        frame.loc["false_positive_rate/race=1"]["reason"] == "NE-SELECT"
    )  # nobody knows about the unsearched


def test_stops_of_a_group_of_few_are_withheld_like_their_number(
    write_audit: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "benchmark.csv").write_text("race,residents\nA,1000\nB,500\nC,400\nD,300\n")
    path = write_audit(
        tmp_path, "race,n\nA,400\nB,90\nC,60\nD,5\n", file="stops.csv",
        records={"id": None, "outcome": None, "decision": "all", "counts": "n"},
        stops={"benchmark": {"path": "benchmark.csv", "groups": {"race": "race"}, "counts": {"residents": "residents"}}},
    )  # fmt: skip

    audit = run_audit(path)

    status = {item.id: item.status for item in audit.document.measurements}
    # D has 5 stops, which would follow from all 555 and the others', so that C, the next smallest, goes with it.
    assert status["stops_per_residents_ratio/race=B~race=A"] == "estimated"
    assert status["stops_per_residents_ratio/race=C~race=A"] == "withheld"
    assert status["stops_per_residents_ratio/race=D~race=A"] == "withheld"
    text = audit.files["report.en.html"].decode()
    assert "Who is stopped and searched, and on what?" in text
    assert "residents" in text
    known = audit.measurements_frame().set_index("id").loc["stops_per_residents_ratio/race=B~race=A"]
    assert known["value"] == pytest.approx(90 / 500 / (400 / 1000))
    assert known["reason"] == "NE-BLOCKS"  # one area cannot show how much stops vary beyond chance


# The threshold test: methods 3.14 and G36.

GROUPS = {"A": (0.24, 0.0), "B": (0.24, 0.3), "C": (0.12, 0.3)}
"""Where each group is searched: from which probability on; and how much more often it carries something, in log odds."""


def signals(share: float, spread: float) -> Any:
    """Probabilities to carry something, as officers see them: beta, as in methods 3.14."""
    return beta(spread * share, spread * (1 - share))


def test_made_signals_have_the_search_and_hit_rates_of_the_reference_case() -> None:
    # methods G36: a = 2, b = 8, t = .3; the hit rate is [1 - F(t; a+1, b)] / [1 - F(t; a, b)] a/(a+b)
    seen = signals(0.2, 10)

    assert seen.sf(0.3) == pytest.approx(0.1960, abs=5e-5)
    assert beta(3, 8).sf(0.3) / seen.sf(0.3) * 0.2 == pytest.approx(0.3906, abs=5e-5)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory, write_audit: Callable[..., Path]) -> Audit:
    """Draw the counts of 8 areas from the model of methods 3.14, with one threshold for each group, and audit them."""
    rng, lines = np.random.default_rng(36), ["area,race,searched,hit,n"]
    for area in range(8):
        of_area = rng.normal(0, 0.3)
        for race, (threshold, of_group) in GROUPS.items():
            share = float(expit(-1.9 + of_group + of_area))
            seen = signals(share, 10)
            hit_rate = beta(10 * share + 1, 10 * (1 - share)).sf(threshold) / seen.sf(threshold) * share
            searches = int(rng.binomial(700, seen.sf(threshold)))
            hits = int(rng.binomial(searches, hit_rate))
            lines += [
                f"a{area},{race},no,,{700 - searches}", f"a{area},{race},yes,yes,{hits}",
                f"a{area},{race},yes,no,{searches - hits}",
            ]  # fmt: skip
    outcome = {
        "column": "hit",
        "positive": ["yes"],
        "means": "found with contraband",
        "source": "officer_initiated",
    }
    path = write_audit(
        tmp_path_factory.mktemp("searches"), "\n".join(lines) + "\n", file="stops.csv",
        records={
            "id": None, "counts": "n", "area": "area", "decision": {"column": "searched", "flagged": ["yes"]},
            "outcome": outcome,
        },
        stops={"threshold_test": True}, publication={"smallest_cell": 0},
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threshold_test, "_DRAWS", 60)
        return run_audit(path)


@pytest.mark.parametrize("race", ["B", "C"])
def test_the_difference_of_thresholds_holds_the_truth_in_a_run(searched: Audit, race: str) -> None:
    found = (
        searched.measurements_frame().set_index("id").loc[f"search_threshold_difference/race={race}~race=A"]
    )

    assert found["method"] == "threshold_test"
    assert found["low"] <= GROUPS[race][0] - GROUPS["A"][0] <= found["high"]
    assert found["low_family"] < found["low"] < found["low_90"]


def test_pictures_of_stops_and_searches_show_the_numbers_of_their_tables(
    searched: Audit, new_york: Audit
) -> None:
    assert not_in_table(searched.files["report.en.html"].decode(), "searched") == []
    assert not_in_table(new_york.files["report.en.html"].decode(), "held") == []


def test_the_report_says_how_sure_officers_were(searched: Audit) -> None:
    for name in ("report.en.html", "report.en.md"):
        assert "The threshold test estimates how likely somebody had to seem" in searched.files[name].decode()
    assert re.search(r'data-m="[^"]*search_threshold/race=C[ "]', with_ids(searched.files))


def test_every_number_shown_leads_to_the_document(searched: Audit) -> None:
    assert untraced(searched.document) == []
