"""Sentences of the report say what was measured, in the unit they name."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditkit import run_audit

LIMITS = "\n".join(
    f"""
[[limit]]
id = "{kind}"
measure = "false_positive_rate_{kind}"
compare = "reference"
at_most = 0.1
required = true
scope = "tests"
source = "none"
why = "To see the sentence."
"""
    for kind in ("difference", "range")
)


@pytest.mark.parametrize("kind", ["gap", "apart"])
def test_gaps_between_rates_are_said_in_percentage_points(
    kind: str, tmp_path: Path, write_confusion: Callable[..., Path]
) -> None:
    (tmp_path / "gaps.toml").write_text(f'name = "gaps"\nversion = "1"\n{LIMITS}')
    cells = {"A": (800, 200, 500, 500), "B": (550, 450, 500, 500)}  # wrongly flagged: 20 % and 45 %
    path = write_confusion(tmp_path, cells, policy={"use": "gaps.toml"})

    text = run_audit(path).files["report.en.md"].decode()

    pattern = (
        r"The gap is (-?[\d.]+) percentage points"
        if kind == "gap"
        else r"lie ([\d.]+) percentage points apart"
    )
    plain = text.replace("\\", "")
    assert {float(number) for number in re.findall(pattern, plain)} == {25.0}
