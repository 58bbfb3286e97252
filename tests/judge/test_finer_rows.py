"""Which numbers about parts of groups are withheld with a small count, and what such numbers tell."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.judge.finer_counts import EVERYONE, Division, Row
from auditkit.judge.finer_proof import Tables, Wanted, proven_rows
from auditkit.judge.sums import Node, Sum
from auditkit.results.measurements import Estimate, Measurement, NotEstimable, Result
from tests.judge.test_attacker import GROUPS, LIMIT, even, published

RACE = ("race",)
A: Node = (RACE, (("race", "A"),))
B: Node = (RACE, (("race", "B"),))
FLAGGED, NOT = (1, 1), (0, 1)
COUNTIES = Division(
    name="circumstances",
    n={node: {("North", FLAGGED): 3, ("South", FLAGGED): 40, ("North", NOT): 9} for node in (A, B, EVERYONE)},
    equations=(Sum(EVERYONE, (A, B)),), written={"county = North": "North"},
)  # fmt: skip


def missed(result: Result, stratum: str = "county = North") -> Measurement:
    return Measurement(
        metric="false_negative_rate", dimension=RACE, group=A[1], against=None, result=result, stratum=stratum
    )


def estimate(numerator: int | None, denominator: int | None) -> Estimate:
    return Estimate(
        value=0.75, interval=None, interval_90=None, interval_family=None, method="wilson",
        numerator=numerator, denominator=denominator,
    )  # fmt: skip


def test_a_rate_tells_the_counts_that_stand_beside_it() -> None:
    # 9 of 12 people with the outcome were missed in the North: both counts are sums of cells there
    nine, twelve = COUNTIES.published(missed(estimate(9, 12)))

    assert nine == (((A, "circumstances", "North", NOT),), ())
    assert {*twelve[0]} == {(A, "circumstances", "North", pair) for pair in (FLAGGED, NOT)}


@pytest.mark.parametrize(
    "item",
    [
        missed(estimate(None, None)),  # a rate from a sample has no counts of its own
        missed(NotEstimable(reason="NE-SMALL")),
        missed(estimate(9, 12), "county = West"),  # no table has this part
        replace(missed(estimate(9, 12)), metric="cmh_p_value"),  # a number of all counties
    ],
)
def test_what_has_no_counts_tells_none(item: Measurement) -> None:
    assert [*COUNTIES.published(item)] == []


def row(node: Any, stratum: str) -> Row:
    return Row(family="circumstances", dimension=node[0], group=node[1], stratum=stratum)


def tables(said: Sequence[Row]) -> Tables:
    """Make tables that publish numbers of these rows; A has fewer people than B."""
    n = {A: {0: 52}, B: {0: 90}, EVERYONE: {0: 142}}
    made = Tables(
        groups=SimpleNamespace(n=n), hidden={}, divisions=(COUNTIES,), rows=dict.fromkeys(said, ()), few=(),  # type: ignore[arg-type]  # only the sizes of groups are looked at
        changed=set(), protection=SimpleNamespace(possible=None, enough=10), last=set(),  # type: ignore[arg-type]  # as above
    )  # fmt: skip
    vars(made)["said"] = dict.fromkeys(said, ())
    return made


def test_a_count_of_a_whole_group_takes_all_numbers_about_its_own_parts() -> None:
    own, other = {row(A, "county = North"), row(A, "county = South")}, {row(B, "county = North")}
    small = Wanted(node=A, division=None, keys=())

    assert tables([*own, *other]).partners(small, set()) == own
    assert tables([*own, *other]).partners(small, own) == other, "then those of the group it adds up with"
    assert tables([*own, *other]).partners(small, own | other) == set()


def test_a_count_of_a_part_takes_the_number_about_the_same_part() -> None:
    north, south = row(A, "county = North"), row(A, "county = South")
    small = Wanted(node=A, division="circumstances", keys=((A, "circumstances", "North", FLAGGED),))

    assert tables([north, south]).partners(small, set()) == {north}


def test_where_nothing_more_can_be_taken_every_number_about_parts_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = Wanted(node=A, division="circumstances", keys=())
    made = tables([row(B, "county = North")])
    vars(made)["wanted"] = (small,)
    monkeypatch.setattr(Tables, "narrow", lambda _self, found, _hidden: [*found])
    monkeypatch.setattr(Tables, "partners", lambda _self, _one, _hidden: set())

    assert proven_rows(made, frozenset()) == {row(B, "county = North")}


def test_scores_beside_a_decision_by_column_are_proven_as_well(
    tmp_path: Path, write_audit: Callable[..., Path]
) -> None:
    # As in test_attacker, but a column says who was flagged: 4 people of B and 4 of C have score 4 and the outcome.
    cells = even(BN41=1, BS41=1, CN41=1, CS41=1)
    lines = [",".join(map(str, (*key, int(key[3] >= LIMIT), n))) for key, n in cells.items() if n]
    table = "\n".join(["race,sex,county,score,outcome,flagged,n", *lines, ""])
    records = {"id": None, "counts": "n", "score": "score", "strata": ["county"]}
    audit = run_audit(write_audit(tmp_path, table, records=records, groups=GROUPS))

    assert published(audit, cells).narrowed() == {}
