"""Every number of an audit in one list, for those who check it line by line."""

from collections import defaultdict
from dataclasses import dataclass

from babel.numbers import format_decimal, format_scientific

from auditkit.report.lookup import label
from auditkit.report.numbers import whole
from auditkit.results.document import AuditDocument, MeasurementRecord

MOST = 800
"""Rows on one page; more would make it too large to send."""
SMALL, LARGE = 1e-4, 1e15
"""Numbers beyond these are written with a power of ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One measurement, written out."""

    measurement: str
    group: str
    against: str
    stratum: str | None
    status: str
    reason: str | None
    method: str | None
    value: str | None
    low: str | None
    high: str | None
    assumed: bool
    """Whether low and high are the limits that assumptions leave, instead of a range by chance."""
    numerator: str | None
    denominator: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """The numbers of one metric."""

    name: str
    numbers: tuple[Number, ...]
    left: int
    """How many more stand in the table of measurements alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersPage:
    """Every metric, in the order of `audit.json`."""

    metrics: tuple[Metric, ...]
    all: int
    shown: int


def numbers_page(document: AuditDocument, *, locale: str) -> NumbersPage:
    """List every measurement by metric, as many of each as one page can hold."""
    by_metric: dict[str, list[MeasurementRecord]] = defaultdict(list)
    for item in document.measurements:
        by_metric[item.metric].append(item)
    most = _most([len(items) for items in by_metric.values()])
    metrics = tuple(
        Metric(
            name=name, numbers=tuple(_number(item, locale=locale) for item in items[:most]), left=len(items[most:])
        )
        for name, items in by_metric.items()
    )  # fmt: skip
    shown = sum(len(metric.numbers) for metric in metrics)
    return NumbersPage(metrics=metrics, all=len(document.measurements), shown=shown)


def _most(sizes: list[int]) -> int:
    """Return how many of each metric fit."""
    least = max(sizes, default=0)
    while least > 1 and sum(min(size, least) for size in sizes) > MOST:
        least -= 1
    return least


def _number(item: MeasurementRecord, *, locale: str) -> Number:
    low, high = item.interval or item.bounds or (None, None)

    def shown(value: float | None) -> str | None:
        return None if value is None else exact(value, locale=locale)

    def counted(value: int | None) -> str | None:
        return None if value is None else whole(value, locale=locale)

    return Number(
        measurement=item.id, group=label(item.group), against=label(item.against), stratum=item.stratum,
        status=item.status, reason=item.reason, method=item.method, value=shown(item.value), low=shown(low), high=shown(high),
        assumed=item.interval is None and item.bounds is not None,
        numerator=counted(item.numerator), denominator=counted(item.denominator),
    )  # fmt: skip


def exact(value: float, *, locale: str) -> str:
    """Write a number with six digits that count, whatever its size.

    >>> exact(0.459800388134, locale="en"), exact(7214.0, locale="en"), exact(0.0000021, locale="en")
    ('0.4598', '7,214', '2.1E-6')
    """
    if value and not SMALL <= abs(value) < LARGE:
        return str(format_scientific(value, format="0.#####E0", locale=locale))
    return str(format_decimal(float(f"{value:.6g}"), format="#,##0.##########", locale=locale))
