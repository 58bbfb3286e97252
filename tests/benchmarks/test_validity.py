"""The validity study in short: intervals of rates, differences and ratios hold the truth as often as they claim."""

from pathlib import Path

import pytest

from benchmarks.validity.__main__ import main


def test_intervals_of_rates_and_comparisons_hold_the_truth_as_often_as_they_claim(tmp_path: Path) -> None:
    page = tmp_path / "validity.md"

    options = ["--studies", "rates", "--draws", "0.04", "--every", "8", "--processes", "1"]
    main([*options, "--cache", str(tmp_path), "--page", str(page)])

    # 5,000 draws of 125 worlds with fixed seeds: with 1.6 for 1.96 standard errors mean coverage would be 89 %.
    found = {
        line.split("|")[1].strip(): line.split("|")[3].strip()
        for line in page.read_text().splitlines()
        if line.count("|") == 4
    }
    assert found["every expected count at least 10: mean coverage 94-97 %"] == "met"
    assert found["the same at zero difference: mean coverage 94-97 %"] == "met"
    assert found["sparser cells: mean coverage at least 92 %"] == "met"
    assert found["families and summaries of all groups: at least 94 %"] == "met"


def test_a_study_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--studies", "weather"])

    assert "weather" in capsys.readouterr().err
