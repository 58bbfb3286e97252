"""How many people a gap stands for, and how many errors there are for every 1,000 people."""

from dataclasses import dataclass

from auditkit.report.charts import Chart, pairs
from auditkit.report.lookup import Figure, Lookup, Shown, is_known, label, side
from auditkit.report.numbers import per_thousand
from auditkit.results.document import MeasurementRecord

ERRORS = ("false_positive_share", "false_negative_share")
EXCESS = ("false_positive_rate", "false_negative_rate", "selection_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """How many people fewer, or more, there would be at another group's rate."""

    measurement: str
    metric: str
    group: str
    against: str
    fewer: bool
    people: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsRow:
    """Errors of one group, for every 1,000 of its people."""

    measurements: tuple[str, ...]
    group: str
    wrong: str
    missed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsTable:
    """Errors of every group of a dimension."""

    id: str
    dimension: str
    rows: tuple[ErrorsRow, ...]
    chart: Chart | None


def excess_of(look: Lookup, metric: str, dimension: str) -> tuple[Excess, ...]:
    """Return the gaps of a rate that were shown to exist, in people."""
    found = look.pairs(f"{metric}_excess", dimension) if metric in EXCESS else []
    return tuple(shown for item in found if (shown := excess(look, item, metric=metric)) is not None)


def excess(look: Lookup, item: MeasurementRecord | None, *, metric: str) -> Excess | None:
    """Put one gap into people; None where its range holds 0."""
    if item is None or item.value is None or (where := side(item, equal=0.0)) is None:
        return None
    return Excess(
        measurement=item.id, metric=metric, group=label(item.group), against=label(item.against), fewer=where == "above",
        people=look.count(item, sign=1 if where == "above" else -1),
    )  # fmt: skip


def errors(look: Lookup) -> tuple[ErrorsTable, ...]:
    """Read errors for every 1,000 people, group by group."""
    return tuple(_errors(look, dimension) for dimension in look.dimensions(ERRORS[0]))


def _errors(look: Lookup, dimension: str) -> ErrorsTable:
    other = {label(item.group): item for item in look.alone(ERRORS[1], dimension)}
    found = [
        (label(item.group), _thousand(look, item), _thousand(look, other.get(label(item.group))))
        for item in look.alone(ERRORS[0], dimension)
        if is_known(item)
    ]
    return ErrorsTable(
        id=dimension.replace("+", "-"), dimension=dimension, chart=pairs(found, share=False, scale=1000.0),
        rows=tuple(
            ErrorsRow(
                measurements=tuple(one[1].id for one in (wrong, missed) if one), group=group,
                wrong=wrong[0] if wrong else "", missed=missed[0] if missed else "",
            )
            for group, wrong, missed in found
        ),
    )  # fmt: skip


def _thousand(look: Lookup, item: MeasurementRecord | None) -> Shown | None:
    if item is None:
        return None
    return ("" if item.value is None else per_thousand(item.value, locale=look.locale)), item
