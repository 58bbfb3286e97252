"""Two halves, quarters of numbers, and models fitted beside the tally."""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from auditkit.definitions.audit_file import AuditFile, read_audit_file
from auditkit.load.engine import connect
from auditkit.load.people import load
from auditkit.results.alternatives import AlternativesTally, SubgroupTally
from auditkit.tally import subgroups as subgroups_module
from auditkit.tally.alternatives import tally_alternatives
from auditkit.tally.subgroups import tally_subgroups

Write = Callable[..., Path]
AIM = {"need": "find people at risk", "utility": "accuracy", "tolerated_loss": 0.02}
N = 1_200


def table() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    risk = rng.normal(size=N)
    return pd.DataFrame({
        "id": [f"p{at}" for at in range(N)], "person": [f"q{at // 2}" for at in range(N)],
        "race": rng.choice(["A", "B"], N), "risk": np.where(rng.random(N) < 0.1, "", risk.round(3).astype(str)),
        "kind": rng.choice(["x", "y", ""], N), "flagged": (risk > 0.3).astype(int),
        "outcome": (risk + rng.normal(size=N) > 0.5).astype(int), "age": rng.integers(18, 70, N),
    })  # fmt: skip


def tallied(path: Path) -> tuple[AlternativesTally | None, SubgroupTally | None, AuditFile]:
    audit = read_audit_file(path)
    with connect(audit.engine) as engine:
        rows = load(engine, audit, folder=path.parent, audit_name=path.name)
        return tally_alternatives(rows, audit), tally_subgroups(rows, audit), audit


def half_of(name: str, *, seed: int = 20260101) -> int:
    return int(hashlib.md5(f"auditkit {seed}: {name}".encode()).hexdigest()[0] not in "01234567")  # noqa: S324  # a lot to draw by, no secret


def test_without_either_section_nothing_is_counted(tmp_path: Path, write_audit: Write) -> None:
    assert tallied(write_audit(tmp_path, table().to_csv(index=False)))[:2] == (None, None)


@pytest.mark.parametrize("by", ["id", "person"])
def test_the_half_follows_from_the_seed_and_the_id_and_people_stay_together(
    by: str, tmp_path: Path, write_audit: Write
) -> None:
    records = {"repeat": "person"} if by == "person" else {}
    people = table()
    path = write_audit(
        tmp_path, people.to_csv(index=False), records=records, alternatives=AIM, run={"seed": 7}
    )
    people["half"] = [half_of(name, seed=7) for name in people[by]]

    found, _, _ = tallied(path)

    assert found is not None
    expected = Counter(zip(people["half"], people["race"], people["flagged"], people["outcome"], strict=True))
    assert {
        (cell.half, cell.group[0], cell.decision, cell.outcome): cell.n for cell in found.cells
    } == expected
    assert not found.scored
    assert [one.low for one in found.bins] == [0.0, 1.0]  # the flag stands for the score


def test_rows_without_an_id_are_in_neither_half(tmp_path: Path, write_audit: Write) -> None:
    people = table()
    people.loc[:99, "id"] = ""

    found, _, _ = tallied(write_audit(tmp_path, people.to_csv(index=False), alternatives=AIM))

    assert found is not None
    assert sum(cell.n for cell in found.cells) == N - 100


def test_counts_are_dealt_and_nobody_is_lost(tmp_path: Path, write_audit: Write) -> None:
    counts = table().groupby(["race", "flagged", "outcome"]).size().reset_index(name="n")
    path = write_audit(
        tmp_path,
        counts.to_csv(index=False),
        records={"id": None, "counts": "n"},
        alternatives=AIM,
        subgroups={},
    )

    found, subgroups, _ = tallied(path)

    assert found is not None
    assert subgroups is not None
    assert not subgroups.by_id
    for cells in (found.cells, subgroups.cells):
        halves = [sum(cell.n for cell in cells if cell.half == half) for half in (0, 1)]
        assert sum(halves) == N
        assert abs(halves[0] - N / 2) < 4 * np.sqrt(N) / 2


def test_where_the_source_withheld_a_count_nothing_is_divided(tmp_path: Path, write_audit: Write) -> None:
    counts = table().groupby(["race", "flagged", "outcome"]).size().astype(str).reset_index(name="n")
    counts.loc[0, "n"] = "<10"
    path = write_audit(
        tmp_path, counts.to_csv(index=False), alternatives=AIM, subgroups={},
        records={"id": None, "counts": "n", "suppressed": ["<10"]},
    )  # fmt: skip

    found, subgroups, _ = tallied(path)

    assert found is not None
    assert subgroups is not None
    assert (found.cells, subgroups.cells) == ((), ())


# Subgroups


def by_value(found: SubgroupTally | None, column: str) -> Counter[str]:
    assert found is not None
    people = Counter[str]()
    for cell in found.cells:
        people[cell.values[found.columns.index(column)]] += cell.n  # noqa: PD011  # no pandas here
    return people


def test_numbers_are_cut_into_quarters_and_text_stays(tmp_path: Path, write_audit: Write) -> None:
    path = write_audit(tmp_path, table().to_csv(index=False), subgroups={"columns": ["age", "kind", "risk"]})

    _, found, _ = tallied(path)

    ages = by_value(found, "age")
    assert len(ages) == 4
    assert all(abs(n - N / 4) < N / 20 for n in ages.values())
    cuts = sorted(float(name.split()[0]) for name in ages if not name.startswith("below"))
    assert cuts == pytest.approx(np.quantile(table()["age"], [0.25, 0.5, 0.75]), abs=1.0)
    assert set(by_value(found, "kind")) == {"x", "y", "(unknown)"}
    assert by_value(found, "risk")["(unknown)"] == (table()["risk"] == "").sum()


def test_few_different_numbers_stay_as_they_are(tmp_path: Path, write_audit: Write) -> None:
    people = table()
    people["age"] = people["age"] % 5

    _, found, _ = tallied(write_audit(tmp_path, people.to_csv(index=False), subgroups={"columns": ["age"]}))

    assert set(by_value(found, "age")) == {"0", "1", "2", "3", "4"}


def test_columns_that_make_too_many_combinations_are_left_out_from_the_last(
    tmp_path: Path, write_audit: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subgroups_module, "MOST", 60)
    path = write_audit(tmp_path, table().to_csv(index=False), subgroups={"columns": ["kind", "age"]})

    _, found, _ = tallied(path)

    assert found is not None
    assert (found.columns, found.left_out) == (("race", "kind"), ("age",))


# Models


def rules(path: Path) -> dict[str, Any]:
    found, _, _ = tallied(path)
    assert found is not None
    return {one.name: one for one in found.fitted}


def test_a_model_decides_as_the_same_model_fitted_by_hand(tmp_path: Path, write_audit: Write) -> None:
    people = table()
    people["plain"] = np.random.default_rng(1).integers(0, 50, N)
    path = write_audit(
        tmp_path, people.to_csv(index=False), records={"inputs": ["plain", "age"]},
        alternatives={**AIM, "inputs": ["plain", "age"], "methods": ["models"]},
    )  # fmt: skip
    people["half"] = [half_of(name) for name in people["id"]]
    fitting = people[people["half"] == 0]
    columns = ["plain", "age"]
    mean, spread = fitting[columns].mean(), fitting[columns].std(ddof=0)
    model = LogisticRegression(solver="newton-cholesky", max_iter=200).fit(
        ((fitting[columns] - mean) / spread).to_numpy(), fitting["outcome"]
    )
    chance = model.predict_proba(((people[columns] - mean) / spread).to_numpy())[:, 1]
    # As many flags in the searching half as the tool gives there.
    flagged = int(fitting["flagged"].sum())
    limit = np.sort(chance[people["half"] == 0])[::-1][flagged - 1]

    found = rules(path)

    assert set(found) == {
        "logistic regression", "small tree", "logistic regression without plain", "logistic regression without age",
    }  # fmt: skip
    flags = chance >= limit - 1e-12
    for cells in found["logistic regression"].cells:
        for half, told in ((0, cells.search), (1, cells.estimate)):
            here = (people["half"] == half) & (people["race"] == cells.group[0])
            expected = [
                float((here & (people["flagged"] == d) & (flags == c) & (people["outcome"] == y)).sum())
                for d in (0, 1) for c in (0, 1) for y in (0, 1)
            ]  # fmt: skip
            assert told == pytest.approx(expected)


def test_text_and_missing_inputs_are_read_and_reductions_keep_everybody(
    tmp_path: Path, write_audit: Write
) -> None:
    path = write_audit(
        tmp_path, table().to_csv(index=False), records={"inputs": ["risk", "kind"]},
        alternatives={
            **AIM, "inputs": ["risk", "kind"], "methods": ["models", "reductions"], "disparity": "false_negative_rate_ratio",
        },
    )  # fmt: skip

    found = rules(path)

    assert {"exponentiated gradient", "grid search"} <= set(found)
    for rule in found.values():
        assert sum(sum(cells.search) + sum(cells.estimate) for cells in rule.cells) == pytest.approx(N)
    assert found["grid search"].trained_with_group
    assert not found["grid search"].randomised


def test_small_groups_are_trained_as_one(tmp_path: Path, write_audit: Write) -> None:
    people = table()
    people.loc[:15, "race"] = "C"
    path = write_audit(
        tmp_path, people.to_csv(index=False), records={"inputs": ["risk"]},
        alternatives={**AIM, "inputs": ["risk"], "methods": ["reductions"]},
    )  # fmt: skip

    found = rules(path)

    assert {cells.group for cells in found["grid search"].cells} == {("A",), ("B",), ("C",)}


def test_too_few_outcomes_leave_nothing_to_fit(tmp_path: Path, write_audit: Write) -> None:
    people = table()
    people["outcome"] = 0
    people.loc[:15, "outcome"] = 1
    path = write_audit(
        tmp_path, people.to_csv(index=False), records={"inputs": ["risk"]},
        alternatives={**AIM, "inputs": ["risk"]},
    )  # fmt: skip

    assert rules(path) == {}
