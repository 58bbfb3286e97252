"""Published intervals of methods 9.1 through the front door: G7 to G13b, G16 and G18 from counts written here.

`totals` tables hold how many were flagged of how many, so every printed pair "x of m" is a selection rate.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import auditkit

Numbers = dict[str, dict[str, Any]]
ONE_LIMIT = """
name = "replication"
version = "1"
minimum_n = 1
ratio_interval = "{ratio_interval}"
[[limit]]
id = "limit"
measure = "{measure}"
dimension = "race"
compare = "{compare}"
at_most = {at_most}
required = true
scope = "replication"
source = "methods 9.1"
why = "It repeats a published analysis."
"""
AUDIT = """
[tool]
name = "Published counts"
vendor = "Example"
version = "1"
type = "person"
purpose = "repeats published analyses"
flagged_means = "counted in the numerator"
orientation = "{orientation}"
status = "deployed"
[records]
path = "table.csv"
{records}
[groups.race]
column = "race"
{reference}
[policy]
use = "policy.toml"
[publication]
smallest_cell = 0
"""
TOTALS = 'totals = { flagged = "k", of = "n" }'
CONFUSION = 'confusion = { tn = "TN", fp = "FP", fn = "FN", tp = "TP" }'
COMPAS = {  # methods G1: TN, FP, FN, TP
    "Black": (990, 805, 532, 1369), "White": (1139, 349, 461, 505), "Hispanic": (318, 87, 129, 103),
    "Other": (208, 36, 90, 43),
}  # fmt: skip


def policy(
    *,
    measure: str = "selection_rate_ratio",
    compare: str = "all_pairs",
    at_most: float = 1.25,
    ratio_interval: str = "katz",
) -> str:
    return ONE_LIMIT.format(measure=measure, compare=compare, at_most=at_most, ratio_interval=ratio_interval)


def audited(
    folder: Path,
    rows: Sequence[Sequence[object]],
    *,
    records: str = TOTALS,
    limits: str,
    orientation: str = "burden",
    reference: str | None = None,
) -> Numbers:
    """Write a table, its policy and its audit file, run the audit, and read `audit.json` by id."""
    (folder / "table.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    (folder / "policy.toml").write_text(limits)
    named = f'reference = "{reference}"' if reference else ""
    text = AUDIT.format(records=records, orientation=orientation, reference=named)
    (folder / "audit.toml").write_text(text)
    document = json.loads(auditkit.run_audit(folder / "audit.toml").files["audit.json"])
    return {item["id"]: item for item in document["measurements"]}


def totals(groups: Mapping[str, tuple[int, int]]) -> list[tuple[object, ...]]:
    return [("race", "k", "n"), *((name, *counts) for name, counts in groups.items())]


def confusion(groups: Mapping[str, tuple[int, int, int, int]]) -> list[tuple[object, ...]]:
    return [("race", "TN", "FP", "FN", "TP"), *((name, *counts) for name, counts in groups.items())]


def paired(cases: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[int, int]]:
    """Name the two groups of each case `a1` and `a2`."""
    return {f"{name}{i + 1}": case[i] for name, case in cases.items() for i in (0, 1)}


def pair(kind: str, found: Numbers, first: str, second: str) -> dict[str, Any]:
    return found[f"selection_rate_{kind}/race={first}~race={second}"]


def close(printed: tuple[float | None, float | None], *, within: float = 5e-5) -> list[Any]:
    """Agree with limits printed with four digits; an absent limit agrees only with an absent one."""
    return [None if limit is None else pytest.approx(limit, abs=within, rel=0) for limit in printed]


# G7: one proportion, Wilson.

WILSON = {
    "a": ((81, 263), (0.2553, 0.3662)),
    "b": ((15, 148), (0.0624, 0.1605)),
    "c": ((0, 20), (0.0, 0.1611)),
    "d": ((1, 29), (0.0061, 0.1718)),
    "e": ((805, 1795), (0.4256, 0.4716)),
    "f": ((349, 1488), (0.2137, 0.2567)),
    "g": ((2, 23), (0.0242, 0.2680)),
}

# G8 and G18: differences; in every pair the first name comes first, because without a reference pairs stand in order.

DIFFERENCE = {
    "a": ((56, 70), (48, 80), 0.2, (0.0524, 0.3339)),
    "b": ((9, 10), (3, 10), 0.6, (0.1705, 0.8090)),
    "c": ((10, 10), (0, 10), 1.0, (0.6075, 1.0)),
    "d": ((805, 1795), (349, 1488), 0.2139, (0.1821, 0.2450)),
}

# G10: ratios by Koopman's score interval. G9's pairs come with Katz.

KOOPMAN = {
    "a": ((36, 40), (16, 80), 4.5, (2.9396, 7.1522)),
    "b": ((5, 20), (0, 20), None, (1.4529, None)),
    "c": ((0, 20), (5, 20), 0.0, (0.0, 0.6883)),
    "d": ((1, 29), (6, 30), 0.1724, (0.0280, 0.9961)),
    "e": ((0, 11), (349, 1488), 0.0, (0.0, 1.1060)),
}
KATZ = {
    "f": ((805, 1795), (349, 1488), 1.9121, (1.7212, 2.1241)),
    "g": ((2174, 3696), (854, 2454), 1.6902, (1.5910, 1.7956)),
}


@pytest.fixture(scope="module")
def wilson(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    rows = totals({name: counts for name, (counts, _) in WILSON.items()})
    return audited(tmp_path_factory.mktemp("wilson"), rows, limits=policy())


@pytest.fixture(scope="module")
def differences(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    rows = totals(paired(DIFFERENCE))
    return audited(tmp_path_factory.mktemp("differences"), rows, limits=policy())


@pytest.fixture(scope="module")
def ratios(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    groups = paired(KOOPMAN) | {"z1": (0, 20), "z2": (0, 20)}
    limits = policy(ratio_interval="koopman")
    return audited(tmp_path_factory.mktemp("koopman"), totals(groups), limits=limits)


@pytest.fixture(scope="module")
def log_ratios(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    groups = paired(KATZ) | paired(KOOPMAN)
    return audited(tmp_path_factory.mktemp("katz"), totals(groups), limits=policy())


@pytest.mark.parametrize("name", WILSON)
def test_a_rate_has_the_published_wilson_interval(wilson: Numbers, name: str) -> None:
    (x, m), limits = WILSON[name]

    rate = wilson[f"selection_rate/race={name}"]

    assert (rate["numerator"], rate["denominator"], rate["method"]) == (x, m, "wilson")
    assert rate["value"] == pytest.approx(x / m, abs=1e-12)
    assert rate["interval"] == close(limits)


@pytest.mark.parametrize("name", DIFFERENCE)
def test_a_difference_has_the_published_newcombe_interval(differences: Numbers, name: str) -> None:
    _, _, value, limits = DIFFERENCE[name]

    found = pair("difference", differences, f"{name}1", f"{name}2")

    assert found["method"] == "newcombe"
    assert found["value"] == pytest.approx(value, abs=5e-5)
    assert found["interval"] == close(limits)


@pytest.mark.parametrize("name", KATZ)
def test_a_ratio_of_filled_cells_has_the_published_katz_interval(log_ratios: Numbers, name: str) -> None:
    _, _, value, limits = KATZ[name]

    found = pair("ratio", log_ratios, f"{name}1", f"{name}2")

    assert found["method"] == "katz"
    assert found["value"] == pytest.approx(value, abs=5e-5)
    assert found["interval"] == close(limits)


@pytest.mark.parametrize("name", KOOPMAN)
def test_a_ratio_has_the_published_koopman_interval(ratios: Numbers, name: str) -> None:
    _, _, value, limits = KOOPMAN[name]

    found = pair("ratio", ratios, f"{name}1", f"{name}2")

    assert (found["status"], found["method"]) == ("estimated", "koopman")
    assert found["value"] == (None if value is None else pytest.approx(value, abs=5e-5))
    assert found["interval"] == close(limits)


@pytest.mark.parametrize("name", ["b", "c", "e"])
def test_katz_gives_way_to_koopman_where_a_cell_is_empty(log_ratios: Numbers, name: str) -> None:
    # Methods 3.3: Katz without a zero cell, Koopman with one.
    found = pair("ratio", log_ratios, f"{name}1", f"{name}2")

    assert found["method"] == "koopman"
    assert found["interval"] == close(KOOPMAN[name][3])


def test_a_ratio_of_two_zero_rates_is_not_estimable(ratios: Numbers) -> None:
    found = pair("ratio", ratios, "z1", "z2")

    assert (found["status"], found["reason"]) == ("not_estimable", "NE-BOTHZERO")
    assert [found[key] for key in ("value", "interval", "interval_90", "interval_family")] == [None] * 4


# G9 and G11 on the confusion matrix they come from.


@pytest.fixture(scope="module")
def against_white(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    limits = policy(measure="false_positive_rate_ratio", compare="reference")
    folder = tmp_path_factory.mktemp("white")
    return audited(folder, confusion(COMPAS), records=CONFUSION, limits=limits, reference="White")


@pytest.fixture(scope="module")
def against_black(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    limits = policy(measure="false_negative_rate_ratio", compare="reference")
    folder = tmp_path_factory.mktemp("black")
    return audited(folder, confusion(COMPAS), records=CONFUSION, limits=limits, reference="Black")


@pytest.mark.parametrize(
    ("metric", "value", "limits"),
    [
        ("false_positive_rate", 1.9121, (1.7212, 2.1241)),
        ("selection_rate", 1.6902, (1.5910, 1.7956)),
    ],
)
def test_burden_ratios_of_compas_are_the_published_ones(
    against_white: Numbers, metric: str, value: float, limits: tuple[float, float]
) -> None:
    found = against_white[f"{metric}_ratio/race=Black~race=White"]

    assert found["value"] == pytest.approx(value, abs=5e-5)
    assert found["interval"] == close(limits)


def test_orientation_changes_the_ratio_and_neither_is_the_others_reciprocal(
    against_white: Numbers, against_black: Numbers
) -> None:
    # G11 and methods 1.3: burden 1.6902, its reciprocal .5916, favourable .6316, missed white to Black 1.7053.
    burden = against_white["selection_rate_ratio/race=Black~race=White"]["value"]
    favourable = against_white["favourable_rate_ratio/race=Black~race=White"]["value"]
    missed = against_black["false_negative_rate_ratio/race=White~race=Black"]["value"]

    assert (burden, favourable, missed) == pytest.approx((1.6902, 0.6316, 1.7053), abs=5e-5)
    assert 1 / burden == pytest.approx(0.5916, abs=5e-5)


def test_the_false_positive_difference_of_compas_is_the_published_one(against_white: Numbers) -> None:
    # G8, last case.
    found = against_white["false_positive_rate_difference/race=Black~race=White"]

    assert found["value"] == pytest.approx(0.2139, abs=5e-5)
    assert found["interval"] == close((0.1821, 0.2450))


# G12: months are pooled before dividing.


def test_months_are_pooled_before_a_ratio_is_taken(tmp_path: Path) -> None:
    flagged = {"A": ((3, 100), (2, 100), (4, 100)), "B": ((1, 50), (0, 50), (2, 50))}
    rows: list[tuple[object, ...]] = [("race", "month", "flagged", "n")]
    for race, months in flagged.items():
        for month, (k, n) in enumerate(months, start=1):
            rows += [(race, f"2020-0{month}-01", "yes", k), (race, f"2020-0{month}-01", "no", n - k)]
    records = 'counts = "n"\ntime = "month"\ndecision = { column = "flagged", flagged = ["yes"] }'

    found = audited(tmp_path, rows, records=records, limits=policy(), reference="B")

    ratio = pair("ratio", found, "A", "B")
    assert ratio["value"] == pytest.approx(1.5, rel=1e-12)
    assert ratio["interval"] == close((0.412, 5.459), within=5e-4)
    assert [found[f"selection_rate/race={race}"]["numerator"] for race in "AB"] == [9, 3]


# G13b: the four-fifths rule reads the favourable rate.


def test_the_four_fifths_example_has_an_impact_ratio_of_one_half(tmp_path: Path) -> None:
    groups = {"women": (12, 40), "men": (48, 80)}

    found = audited(
        tmp_path,
        totals(groups),
        limits=policy(measure="adverse_impact_ratio", at_most=1.0),
        orientation="benefit",
    )

    # 12 of 40 is .3 and 48 of 80 is .6.
    assert found["adverse_impact_ratio/race"]["value"] == pytest.approx(0.5, rel=1e-12)


# G16 and G18: simultaneous and single Agresti-Caffo intervals.


@pytest.fixture(scope="module")
def simultaneous(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    selected = {"Black": (2174, 3696), "White": (854, 2454), "Hispanic": (190, 637), "Other": (79, 377)}
    limits = policy(measure="selection_rate_difference", at_most=0.05)
    return audited(tmp_path_factory.mktemp("simultaneous"), totals(selected), limits=limits)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ("Black", "White", 0.2077, 0.2723), ("Black", "Hispanic", 0.2383, 0.3402), ("Black", "Other", 0.3193, 0.4348),
        ("White", "Hispanic", -0.0034, 0.1019), ("White", "Other", 0.0778, 0.1963),
        ("Hispanic", "Other", 0.0167, 0.1590),
    ],
)  # fmt: skip
def test_all_pairs_have_the_published_simultaneous_intervals(
    simultaneous: Numbers, first: str, second: str, low: float, high: float
) -> None:
    ident = f"selection_rate_difference/race={first}~race={second}"
    if ident not in simultaneous:  # pairs stand in order of name; the other direction has the limits negated
        first, second, low, high = second, first, -high, -low

    found = pair("difference", simultaneous, first, second)

    assert found["interval_family"] == close((low, high))


def test_the_range_of_the_published_rates_has_the_largest_limits_of_the_pairs(simultaneous: Numbers) -> None:
    # Methods 3.4 on G16: 2174/3696 - 79/377 = .3787, largest lower limit .3193, largest upper limit .4348.
    found = simultaneous["selection_rate_range/race"]

    assert found["value"] == pytest.approx(2174 / 3696 - 79 / 377, rel=1e-9)
    assert found["interval"] == close((0.3193, 0.4348))


@pytest.mark.parametrize(
    ("first", "second", "limits"),
    [((56, 70), (48, 80), (0.0525, 0.3358)), ((9, 10), (3, 10), (0.1600, 0.8400))],
)
def test_the_range_of_two_groups_is_the_published_single_agresti_caffo_interval(
    tmp_path: Path, first: tuple[int, int], second: tuple[int, int], limits: tuple[float, float]
) -> None:
    # G18. With two groups there is one pair, and its lower limit is above 0.
    found = audited(tmp_path, totals({"a": first, "b": second}), limits=policy())

    assert found["selection_rate_range/race"]["interval"] == close(limits)
