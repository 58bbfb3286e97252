"""Finding numbers in the document by what they are about, and writing them in one language."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from auditkit.report.numbers import decimal, per_cent, whole
from auditkit.results.document import AuditDocument, MeasurementRecord
from auditkit.results.measurements import ASSUMING
from auditkit.results.tally import UNKNOWN

Bounds = tuple[float | None, float | None]
_Key = frozenset[tuple[str, str]] | None
_About = tuple[str, str, str, _Key, _Key]
"""Metric, stratum, dimension, group and against: what a number is about."""
Shown = tuple[str, MeasurementRecord]
"""A number as it is written, and itself."""
WHOLE_TABLE = ""
"""The stratum of what is about all people of the table."""
_SCORES = re.compile(r"^score (\S+)(?: (to below|to|and more))?(?: (\S+))?$")
_AT_LEAST = re.compile(r"^score at least (\S+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number as it is shown: estimated, withheld, or with the reason why there is none."""

    measurement: str
    status: str
    reason: str | None
    value: str
    low: str
    high: str
    part: str
    """Numerator and denominator, where the number has them."""
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of a bin, in parts that a template puts into words."""

    kind: str
    """one, to, below or more."""
    low: str
    high: str


class Lookup:
    """The document's numbers, in the order in which they were measured."""

    def __init__(self, document: AuditDocument, *, locale: str) -> None:
        self.document, self.locale = document, locale
        self.items = {item.id: item for item in document.measurements}
        self._found: dict[tuple[str, str, bool], dict[str, list[MeasurementRecord]]] = {}
        self._first: dict[_About, MeasurementRecord] = {}
        for item in document.measurements:
            stratum = item.stratum or WHOLE_TABLE
            found = self._found.setdefault((item.metric, stratum, item.against is not None), {})
            found.setdefault(item.dimension, []).append(item)
            about = (item.metric, stratum, item.dimension, _key(item.group), _key(item.against))
            self._first.setdefault(about, item)

    def alone(self, metric: str, dimension: str, *, stratum: str = WHOLE_TABLE) -> list[MeasurementRecord]:
        """Return a metric of each group of a dimension."""
        return list(self._found.get((metric, stratum, False), {}).get(dimension, ()))

    def pairs(self, metric: str, dimension: str, *, stratum: str = WHOLE_TABLE) -> list[MeasurementRecord]:
        """Return a comparison of each pair of groups of a dimension."""
        return list(self._found.get((metric, stratum, True), {}).get(dimension, ()))

    def pair(self, metric: str, like: MeasurementRecord) -> MeasurementRecord | None:
        """Return another comparison of the same two groups."""
        if like.against is None:
            return None
        about = (metric, like.stratum or WHOLE_TABLE, like.dimension, _key(like.group), _key(like.against))
        return self._first.get(about)

    def one(self, metric: str, like: MeasurementRecord) -> MeasurementRecord | None:
        """Return another number of the same group."""
        return self._first.get((metric, like.stratum or WHOLE_TABLE, like.dimension, _key(like.group), None))

    def rate_of(self, metric: str, group: dict[str, str] | None) -> MeasurementRecord | None:
        """Return a metric of one group among all people of the table."""
        return (
            None
            if group is None
            else self._first.get((metric, WHOLE_TABLE, "+".join(group), _key(group), None))
        )

    def dimensions(self, metric: str) -> tuple[str, ...]:
        """Every way of dividing people in which a metric compares nothing, whatever the stratum."""
        return tuple(
            dict.fromkeys(
                dimension
                for (name, _, between), found in self._found.items()
                if name == metric and not between
                for dimension in found
                if dimension
            )
        )

    def strata(self, metric: str) -> tuple[str, ...]:
        """Every stratum of a metric of single groups."""
        return tuple(
            stratum
            for name, stratum, between in self._found
            if name == metric and stratum and not between and not stratum.startswith(ASSUMING)
        )

    def reference(self, dimension: str) -> str | None:
        """Return the declared reference group of a dimension, if each of its parts has one."""
        known = {group.name: group.reference for group in self.document.records.groups}
        parts = [known.get(name) for name in dimension.split("+")]
        named = [part for part in parts if part is not None]
        return ", ".join(named) if len(named) == len(parts) else None

    def shown(self, figure: Figure | None) -> Shown | None:
        """Return a figure as it is written with the number behind it."""
        return None if figure is None else (figure.value, self.items[figure.measurement])

    def rate(self, item: MeasurementRecord) -> Figure:
        """Write a share as a percentage."""
        return self._figure(item, lambda value: per_cent(value, locale=self.locale))

    def number(self, item: MeasurementRecord, *, digits: int = 2, scale: float = 1.0) -> Figure:
        """Write a ratio or another plain number; `scale` is 100 for gaps in percentage points."""
        return self._figure(item, lambda value: decimal(scale * value, locale=self.locale, digits=digits))

    def count(self, item: MeasurementRecord, *, sign: int = 1) -> Figure:
        """Write a number of people; a sign of -1 turns fewer into more."""
        return self._figure(item, lambda value: whole(sign * value, locale=self.locale), sign=sign)

    def _figure(self, item: MeasurementRecord, write: Callable[[float], str], *, sign: int = 1) -> Figure:
        low, high = reach(item)[::sign]

        def shown(value: float | None) -> str:
            return "" if value is None else write(value)

        def counted(value: int | None) -> str:
            return "" if value is None else whole(value, locale=self.locale)

        return Figure(
            measurement=item.id, status=item.status, reason=item.reason, value=shown(item.value), low=shown(low),
            high=shown(high), part=counted(item.numerator), whole=counted(item.denominator),
        )  # fmt: skip


def _key(group: dict[str, str] | None) -> _Key:
    return None if group is None else frozenset(group.items())


def reach(item: MeasurementRecord) -> Bounds:
    """Return the widest range that a number carries: the joint one of its family, where there is one."""
    return item.interval_family or item.interval or item.bounds or (None, None)


def side(item: MeasurementRecord, *, equal: float) -> str | None:
    """Tell on which side of equality a whole range lies; None where it holds both sides, or there is no range."""
    low, high = reach(item)
    if low is not None and low > equal:
        return "above"
    return "below" if high is not None and high < equal else None


def most_telling(items: list[MeasurementRecord]) -> MeasurementRecord | None:
    """Return the ratio that is farthest from 1, among those whose range leaves 1 out if there are any."""
    known = [item for item in items if item.value]
    return max(
        known,
        key=lambda item: (side(item, equal=1.0) is not None, distance(item), item.id),
        default=None,
    )


def distance(item: MeasurementRecord) -> float:
    """Order ratios by how far they lie from equality; 0.8 lies as far as 1.25."""
    return max(item.value, 1 / item.value) if item.value else 0.0


def label(group: dict[str, str] | None) -> str:
    """Write a group as its values."""
    return ", ".join((group or {}).values())


def is_known(item: MeasurementRecord) -> bool:
    """Tell whether a number is about people whose group is known."""
    return UNKNOWN not in item.group.values()


def scores_of(stratum: str) -> Scores:
    """Take the name of a bin of scores apart.

    >>> scores_of("score 5").kind, scores_of("score 0.1 to below 0.2").high
    ('one', '0.2')
    """
    found = _SCORES.match(stratum)
    if found is None:
        return Scores(kind="one", low=stratum, high="")
    low, word, high = found.groups()
    kind = {None: "one", "to": "to", "to below": "below", "and more": "more"}[word]
    return Scores(kind=kind, low=low, high=high or "")


def score_limit(stratum: str) -> str | None:
    """Return the limit that a stratum stands for; None where it is another kind of stratum.

    >>> score_limit("score at least 5"), score_limit("day 730")
    ('5', None)
    """
    found = _AT_LEAST.match(stratum)
    return found[1] if found else None
