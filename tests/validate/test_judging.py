"""All checks of an audit are judged in one pass: none changes what becomes of another."""

import numpy as np
import pandas as pd
import pytest

from auditkit.definitions.checks import Check
from auditkit.validate.judging import Judge, Verdicts

BETWEEN, ONE_OF = "expect_column_values_to_be_between", "expect_column_values_to_be_in_set"
CASES: dict[str, tuple[str, dict[str, object], list[object], Verdicts]] = {
    "above": (BETWEEN, {"max_value": 2}, [0, 1, 5], ([False, False, True], False)),
    "within": (BETWEEN, {"min_value": 0, "max_value": 5}, [0, 1, 5, 5], ([False] * 4, True)),
    "mostly": (BETWEEN, {"max_value": 2, "mostly": 0.6}, [0, 1, 5], ([False, False, True], True)),
    "text-for-a-number": (BETWEEN, {"max_value": 0}, ["x", "y"], (None, False)),
    "both-kinds": (BETWEEN, {"max_value": 0}, ["x", 3], (None, False)),
    "one-of": (ONE_OF, {"value_set": ["survey"]}, ["survey", "arrest"], ([False, True], False)),
    "numbers-of": (ONE_OF, {"value_set": [0, 1]}, [0, 1, 5], ([False, False, True], False)),
    "blank": (BETWEEN, {"max_value": 2}, [0.0, None], ([False, True], False)),
    "all-blank": (BETWEEN, {"max_value": 2}, [None, None], ([True, True], False)),
    "no-facts": (BETWEEN, {"max_value": 2}, [], ([], False)),
}
"""Expectation, arguments, facts; which of these fail (none where they cannot be judged), and whether all is well."""


def gathered(name: str) -> tuple[Check, pd.DataFrame]:
    expect, args, values, _ = CASES[name]
    check = Check(
        id=name, table="records", needs=(), facts="rows", expect=expect, args={"column": "value", **args}, unit="number",
        severity="note", title="t", why="w", ask="a", source="s",
    )  # fmt: skip
    return check, pd.DataFrame({"item": [f"{at}" for at in range(len(values))], "value": values})


@pytest.mark.parametrize("seed", range(3))
def test_each_check_is_judged_as_if_it_stood_alone(seed: int) -> None:
    names = np.random.default_rng(seed).permutation(list(CASES)).tolist()

    found = Judge().judge([gathered(name) for name in names])

    assert dict(zip(names, found, strict=True)) == {name: CASES[name][3] for name in names}


def test_without_checks_there_is_nothing_to_judge() -> None:
    assert Judge().judge([]) == []
