"""The validity study in short: intervals of rates, differences and ratios hold the truth as often as they claim."""

from pathlib import Path

import pytest

from auditkit.measure.groups import rate_result
from auditkit.results.measurements import Measurement
from benchmarks.validity.__main__ import main
from benchmarks.validity.counted import rate_of
from benchmarks.validity.measured import of_measured
from benchmarks.validity.truths import TrueRate, of_rates


def test_intervals_of_rates_and_comparisons_hold_the_truth_as_often_as_they_claim(tmp_path: Path) -> None:
    page = tmp_path / "validity.md"

    options = ["--studies", "rates", "--draws", "0.08", "--every", "8", "--processes", "1"]
    main([*options, "--cache", str(tmp_path), "--page", str(page)])

    # 20 draws of each of 188 worlds with fixed seeds: with 1.6 for 1.96 standard errors mean coverage would be 89 %.
    found = {
        line.split("|")[1].strip(): line.split("|")[3].strip()
        for line in page.read_text().splitlines()
        if line.count("|") == 4
    }
    assert found["every expected count at least 10: mean coverage 94-97 %"] == "met"
    assert found["the same at zero difference: mean coverage 94-97 %"] == "met"
    assert found["sparser cells: mean coverage at least 92 %"] == "met"
    assert found["families and summaries of all groups: at least 94 %"] == "met"


def test_bounds_hold_the_value_of_the_sample_in_worlds_that_satisfy_their_assumption(tmp_path: Path) -> None:
    page = tmp_path / "validity.md"
    short = ["--draws", "0.034", "--processes", "1", "--cache", str(tmp_path), "--page", str(page)]

    main(["--studies", "bounds", *short])

    # 10 draws of 14 worlds and 2 of 6, with fixed seeds: one draw left out would be 7 % of a world's
    found = [line.split("|") for line in page.read_text().splitlines() if line.count("|") == 4]
    verdicts = {cells[1].strip(): (cells[2].strip(), cells[3].strip()) for cells in found}
    held = verdicts[
        "worlds that satisfy their assumption: bounds leave out the sample's value in at most 0.1 %"
    ]
    assert held[0].startswith("most: 0.0 ± 0.0")
    assert held[1] == "met"
    assert verdicts["the same: the range around the bounds leaves out the truth in at most 5 %"][1] == "met"


def test_a_study_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--studies", "weather"])

    assert "weather" in capsys.readouterr().err


def test_summaries_are_held_to_the_groups_that_a_draw_could_measure() -> None:
    truths = of_rates(
        "favourable_rate", {"A": TrueRate(0.1, 99), "B": TrueRate(0.4, 99), "C": TrueRate(0.9, 5)}
    )
    groups = {"A": (8, 99), "B": (41, 99), "C": (4, 5)}  # of C only five people are there to count
    rates = {(name,): rate_of(*counts) for name, counts in groups.items()}
    items = [
        Measurement(
            metric="favourable_rate", dimension=("group",), group=(("group", name),), against=None,
            result=rate_result(rate, family_critical=None),
        )
        for (name,), rate in rates.items()
    ]  # fmt: skip

    held = of_measured(items, truths)

    assert truths["favourable_rate_range", ""].value == pytest.approx(0.8)
    assert held["favourable_rate_range", ""].value == pytest.approx(0.3)
    assert held["adverse_impact_ratio", ""].value == pytest.approx(0.25)
    assert [held["impact_ratio", name].value for name in "AB"] == pytest.approx([0.25, 1])
    assert held["favourable_rate", "C"].value == 0.9
