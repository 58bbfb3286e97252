"""Groups that are written in several ways are put together by the audit file, and the report says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.definitions.audit_file import read_audit_file
from auditkit.errors import DefinitionError

Write = Callable[..., Path]
VALUES = {"Black": ["B", "2", "African American"], "White": ["W", "White"]}
CELLS = {"Black": (9, 4, 3, 4), "White": (6, 8, 2, 4)}  # TN, FP, FN, TP


def spread(people: Callable[..., str]) -> str:
    """Write each group in each of its ways in turn; one person has no group, and one is of another."""
    header, *lines = people(**CELLS).splitlines()
    written = {"Black": ["B", "2.0", "African American"], "White": ["W", "White"]}
    rows = [
        line.replace(group, (ways := written[group])[at % len(ways)])
        for at, line in enumerate(lines)
        for group in written
        if f",{group}," in line
    ]
    return "\n".join([header, *rows, "x1,?,0,0", "x2,Asian,0,0"]) + "\n"


def test_values_that_mean_one_group_are_counted_together(
    tmp_path: Path, write_audit: Write, people: Callable[..., str]
) -> None:
    groups = {"race": {"column": "race", "reference": "White", "values": VALUES, "unknown": ["?"]}}

    audit = run_audit(write_audit(tmp_path, spread(people), groups=groups, publication={"smallest_cell": 0}))

    rates = {
        item.group["race"]: (item.numerator, item.denominator)
        for item in audit.document.measurements
        if item.metric == "selection_rate" and item.dimension == "race" and item.against is None
    }
    # flagged are false and true positives: 4 + 4 of 20, and 8 + 4 of 20
    assert {name: rates[name] for name in CELLS} == {"Black": (8, 20), "White": (12, 20)}
    assert set(rates) - set(CELLS) >= {"Asian"}
    (group,) = audit.document.records.groups
    assert group.renamed == {"Black": ("B", "2", "African American"), "White": ("W", "White")}
    for name in ("report.en.html", "report.en.md"):
        assert "put together: Black = B, 2, African American; White = W, White." in audit.files[name].decode()


@pytest.mark.parametrize(
    ("group", "says"),
    [
        (
            {"values": {"Black": ["B"], "White": ["B", "W"]}},
            "each value stands for one group, or for 'unknown'; 'B'",
        ),
        (
            {"values": {"Black": ["1"], "White": ["1.0"]}},
            "each value stands for one group, or for 'unknown'; '1'",
        ),
        (
            {"values": {"Black": ["B"]}, "unknown": ["B"]},
            "each value stands for one group, or for 'unknown'; 'B'",
        ),
        ({"values": {"Black": []}}, "[groups.race.values] Black"),
    ],
)
def test_a_value_that_would_mean_two_groups_is_refused(
    group: dict[str, Any], says: str, tmp_path: Path, write_audit: Write
) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_audit_file(write_audit(tmp_path, None, groups={"race": {"column": "race", **group}}))

    assert says in str(caught.value)
