"""Fitting simpler models and fairness-constrained ones on one half of the people, and counting what they would decide.

Rows end here: what leaves is counts by half, group, the tool's decision, the model's decision and the outcome. At most
`[alternatives] sample` people are read, those with the smallest hash, so that memory stays bounded and a second run
reads the same ones.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auditkit.definitions.audit_file import AuditFile
from auditkit.results.alternatives import ESTIMATE, SEARCH, FittedRule, RuleCells, Table
from auditkit.results.rows import Rows, value
from auditkit.tally.halves import DIGEST, HALF

Floats = NDArray[np.float64]
LEFT_OUT = 6
"""So many inputs at most are left out in turn."""
LEVELS, NUMERIC = 20, 0.99
"""Text inputs keep so many values; an input is a number where so large a share of its values are."""
ROUNDS, GRID, SLACK = 15, 16, 0.02
"""Iterations of the exponentiated gradient, points of the grid, and the gap it may leave between rates."""
SOLVER = "newton-cholesky"
"""Fast where people are many and inputs few."""
SMALL_GROUP = 20
"""Groups with fewer people of either outcome are trained as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What was fitted, and on about how many people: to the hundred, so that no small group follows from it."""

    rules: tuple[FittedRule, ...] = ()
    people: int = 0
    sampled: bool = False


def fitted_rules(rows: Rows, audit: AuditFile, dimension: tuple[str, ...]) -> Fitted:
    """Fit every declared kind of model on the searching half and count what it decides about both halves.

    Nothing is fitted where one half, or one outcome in the searching half, is too rare.

    References
    ----------
    Methods 7.2; scikit-learn and fairlearn user guides (`ExponentiatedGradient`, `GridSearch`): Agarwal et al. 2018.
    """
    chosen = audit.alternatives
    frame, sampled = _people(rows, audit, dimension)
    people = _People.of(frame, inputs=() if chosen is None else chosen.inputs)
    fitting = people.half == SEARCH
    enough = all(((people.outcome == y) & fitting).sum() >= SMALL_GROUP for y in (0, 1))
    if chosen is None or not enough or fitting.all():
        return Fitted()
    constraint = (chosen.disparity or "").rpartition("_")[0]
    rules: list[FittedRule] = []
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a fit that did not settle is still a rule, and is judged like any other
        if "models" in chosen.methods:
            rules += _models(people, fitting)
        if "reductions" in chosen.methods:
            rules += _reductions(people, fitting, constraint=constraint or "false_positive_rate")
    return Fitted(rules=tuple(rules), people=round(int(fitting.sum()), -2), sampled=sampled)


def _people(rows: Rows, audit: AuditFile, dimension: tuple[str, ...]) -> tuple[pd.DataFrame, bool]:
    """Read people whose half, decision and outcome are known, up to the declared number."""
    chosen = audit.alternatives
    most = 0 if chosen is None else chosen.sample
    wanted = {"half": f"group.{HALF}", "decision": "decision", "outcome": "outcome"}
    wanted |= {f"group {name}": f"group.{name}" for name in dimension}
    wanted |= {f"input {name}": f"input.{name}" for name in (chosen.inputs if chosen else ())}
    columns = {name: column for name, role in wanted.items() if (column := rows.column(role)) is not None}
    read = rows.table.select(
        digest=rows.table[DIGEST], **{name: value(rows.table, column) for name, column in columns.items()}
    )
    read = read.filter(read.digest.notnull() & read.decision.notnull() & read.outcome.notnull())
    found = read.order_by([read.digest, *(read[name] for name in sorted(columns))]).limit(most + 1)
    frame = found.to_pyarrow().to_pandas()
    return frame.head(most), len(frame) > most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _People:
    """People as arrays: inputs as numbers, and what is known of each."""

    inputs: dict[str, pd.Series]
    half: NDArray[np.int64]
    decision: NDArray[np.int64]
    outcome: NDArray[np.int64]
    group: NDArray[np.object_]

    @classmethod
    def of(cls, frame: pd.DataFrame, *, inputs: tuple[str, ...]) -> "_People":
        names = [name for name in frame.columns if str(name).startswith("group ")]
        groups = np.empty(len(frame), dtype=object)
        groups[:] = list(zip(*(frame[name].astype(str) for name in names), strict=True))
        return cls(
            inputs={name: _as_numbers(frame[f"input {name}"]) for name in inputs},
            half=frame["half"].to_numpy(dtype=np.int64), decision=frame["decision"].to_numpy(dtype=np.int64),
            outcome=frame["outcome"].to_numpy(dtype=np.int64), group=groups,
        )  # fmt: skip

    def trained_groups(self, fitting: NDArray[np.bool_]) -> NDArray[np.object_]:
        """Name the groups for training; small ones go together."""
        names = np.array([" + ".join(group) for group in self.group], dtype=object)
        for name in np.unique(names):
            here = (names == name) & fitting
            if min((here & (self.outcome == y)).sum() for y in (0, 1)) < SMALL_GROUP:
                names[names == name] = "(others)"
        return names


def _as_numbers(column: pd.Series) -> pd.Series:
    """Read an input as numbers where nearly all of its values are, else keep it as text."""
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    known = column.notna()
    mostly = known.any() and float(numbers[known].notna().mean()) >= NUMERIC
    return numbers if mostly else column.astype("object").where(known, "(missing)")


def _prepared(people: _People, inputs: tuple[str, ...], fitting: NDArray[np.bool_]) -> Floats:
    """Turn inputs into one table of numbers; all that is learned from them is learned in the searching half."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    parts = []
    for name in inputs:
        column = people.inputs[name].to_frame(name)
        if column[name].dtype == "float64":
            steps = make_pipeline(
                SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
                StandardScaler(),
            )
        else:
            steps = make_pipeline(
                OneHotEncoder(
                    handle_unknown="infrequent_if_exist", max_categories=LEVELS, sparse_output=False
                )
            )
        steps.fit(column[fitting])
        parts.append(np.asarray(steps.transform(column), dtype=np.float64))
    return np.hstack(parts)


def _models(people: _People, fitting: NDArray[np.bool_]) -> Iterator[FittedRule]:
    """Fit a logistic regression, a small tree, and regressions that each do without one input."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    every = tuple(people.inputs)
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=SMALL_GROUP, random_state=0)
    wanted: list[tuple[str, tuple[str, ...], Any]] = [
        ("logistic regression", every, LogisticRegression(solver=SOLVER, max_iter=200)),
        ("small tree", every, tree),
    ]
    if len(every) > 1:
        wanted += [
            (
                f"logistic regression without {name}",
                tuple(other for other in every if other != name),
                LogisticRegression(solver=SOLVER, max_iter=200),
            )
            for name in every[:LEFT_OUT]
        ]
    for title, inputs, model in wanted:
        table = _prepared(people, inputs, fitting)
        model.fit(table[fitting], people.outcome[fitting])
        chance = np.asarray(model.predict_proba(table)[:, 1], dtype=np.float64)
        flags = (chance >= _as_many(chance[fitting], people.decision[fitting])).astype(np.float64)
        yield _rule(people, flags, name=title, kind="model", inputs=inputs, with_group=False)


def _as_many(chances: Floats, decisions: NDArray[np.int64]) -> float:
    """Return the chance from which on about as many people are flagged as the tool flags."""
    levels, counts = np.unique(chances, return_counts=True)
    flagged = counts[::-1].cumsum()[::-1]
    return float(levels[np.abs(flagged - decisions.sum()).argmin()])


def _reductions(people: _People, fitting: NDArray[np.bool_], *, constraint: str) -> Iterator[FittedRule]:
    """Fit regressions whose rates may hardly differ between groups; the group is used in training only."""
    from fairlearn import reductions
    from sklearn.linear_model import LogisticRegression

    moments: dict[str, Callable[..., Any]] = {
        "selection_rate": reductions.DemographicParity,
        "false_positive_rate": reductions.FalsePositiveRateParity,
        "false_negative_rate": reductions.TruePositiveRateParity,
    }
    every = tuple(people.inputs)
    table = _prepared(people, every, fitting)
    training = {"sensitive_features": people.trained_groups(fitting)[fitting].astype(str)}
    base = LogisticRegression(solver=SOLVER, max_iter=200)
    gradient = reductions.ExponentiatedGradient(
        base, moments[constraint](difference_bound=SLACK), max_iter=ROUNDS
    )
    gradient.fit(table[fitting], people.outcome[fitting], **training)
    chance = np.asarray(gradient._pmf_predict(table)[:, 1], dtype=np.float64)  # noqa: SLF001  # only `predict` draws
    yield _rule(
        people, chance.clip(0.0, 1.0), name="exponentiated gradient", kind="reduction", inputs=every,
        with_group=True,
    )  # fmt: skip
    search = reductions.GridSearch(base, moments[constraint](), grid_size=GRID)
    search.fit(table[fitting], people.outcome[fitting], **training)
    flags = np.asarray(search.predict(table), dtype=np.float64)
    yield _rule(people, flags, name="grid search", kind="reduction", inputs=every, with_group=True)


def _rule(
    people: _People, flags: Floats, *, name: str, kind: Literal["model", "reduction"], inputs: tuple[str, ...],
    with_group: bool,
) -> FittedRule:  # fmt: skip
    """Count what a rule decides; where it draws lots, each person counts with the chance of a flag."""
    keys = [tuple(group) for group in people.group]
    cells = []
    for group in sorted(set(keys)):
        here = np.fromiter((key == group for key in keys), dtype=bool, count=len(keys))
        search, estimate = (_table(people, flags, here, half) for half in (SEARCH, ESTIMATE))
        cells.append(RuleCells(group=group, search=search, estimate=estimate))
    return FittedRule(
        name=name, kind=kind, inputs=inputs, trained_with_group=with_group,
        randomised=bool(((flags > 0) & (flags < 1)).any()), cells=tuple(cells),
    )  # fmt: skip


def _table(people: _People, flags: Floats, here: NDArray[np.bool_], half: int) -> Table:
    inside = here & (people.half == half)
    found = [
        float(
            (flags if candidate else 1 - flags)[inside & (people.decision == d) & (people.outcome == y)].sum()
        )
        for d in (0, 1)
        for candidate in (0, 1)
        for y in (0, 1)
    ]
    return tuple(found)  # type: ignore[return-value]  # eight numbers
