"""Fair worlds under the default policy, with several ways of dividing people and their intersection."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Policy
from auditkit.results.measurements import Estimate, Measurement
from auditkit.results.tally import GroupTally
from benchmarks.validity.counted import as_audited, compared, rates_in
from benchmarks.validity.definitions import audit_of, default_policy, findings, measuring_of
from benchmarks.validity.people import shares_of, table
from benchmarks.validity.scores import Scores
from benchmarks.validity.worlds import World

RACES, SEXES, AGES = ("A", "B", "C", "D"), ("f", "m"), ("old", "young", "younger")
SHARES = ((0.5, 0.25, 0.15, 0.1), (0.5, 0.5), (0.4, 0.35, 0.25))
METRICS = ("false_positive_rate", "false_negative_rate", "selection_rate", "positive_predictive_value")
CROSSED = ("race", "sex")


def worlds(*, replicates: int) -> Iterator[World]:
    """Four races, two sexes, three ages; race and sex together. Nothing depends on any of them."""
    for people, fpr, prevalence in product((400, 2_000, 10_000), (0.05, 0.3), (0.1, 0.4)):
        settings = {"people": people, "fpr": fpr, "prevalence": prevalence}
        name = f"{people:,} people alike in everything"
        yield World(study="fair", name=name, settings=settings, replicates=replicates)


def run(world: World, rng: np.random.Generator) -> Scores:
    """Draw one table of people, look at it in four ways, measure and judge by the default policy."""
    settings, scores = world.settings, Scores()
    policy = default_policy()
    audit = audit_of({"race": "A", "sex": "m", "age": "old"}, intersections=(CROSSED,))
    cells = shares_of(prevalence=settings["prevalence"], fpr=settings["fpr"], fnr=0.4)
    joint = np.einsum("a,b,c,d->abcd", *(np.array(one) for one in (*SHARES, tuple(cells.values()))))
    measuring = measuring_of(policy, audit)
    for flat in rng.multinomial(settings["people"], joint.ravel(), size=world.replicates):
        tables = tuple(_tables(flat.reshape(joint.shape), tuple(cells), audit))
        items = [
            item
            for one in tables
            for metric in METRICS
            for item in compared(metric, rates_in(one, metric), one, measuring)
        ]
        if not scores.events:
            as_audited(items, tables, measuring, metrics=METRICS)
        _count(items, audit, policy, scores)
    return scores


def _tables(drawn: NDArray[np.int64], cells: tuple[str, ...], audit: AuditFile) -> Iterator[GroupTally]:
    for dimension, axes, names in (
        (("race",), (1, 2), [(one,) for one in RACES]),
        (("sex",), (0, 2), [(one,) for one in SEXES]),
        (("age",), (0, 1), [(one,) for one in AGES]),
        (CROSSED, (2,), list(product(RACES, SEXES))),
    ):
        rows = drawn.sum(axis=axes).reshape(len(names), len(cells)).tolist()
        counts = {name: dict(zip(cells, row, strict=True)) for name, row in zip(names, rows, strict=True)}
        yield table(dimension, counts, reference=audit.reference(dimension))


def _count(items: list[Measurement], audit: AuditFile, policy: Policy, scores: Scores) -> None:
    """Count false alarms: a limit not met, and an interval for verdicts that leaves equality out."""
    found = findings(items, audit, policy)
    required = {one.limit.measure for one in found if one.limit.required}
    scores.event(
        "a required limit is not met",
        any(one.status == "does_not_meet" for one in found if one.limit.required),
    )
    scores.event("any limit is not met", any(one.status == "does_not_meet" for one in found))
    scores.event(
        "an interval of a required limit leaves equality out",
        any(_unequal(item) for item in items if item.metric in required and item.against),
    )


def _unequal(item: Measurement) -> bool:
    if not isinstance(item.result, Estimate):
        return False
    low, high = item.result.interval_family or item.result.interval or (None, None)
    return (low is not None and low > 1) or (high is not None and high < 1)
