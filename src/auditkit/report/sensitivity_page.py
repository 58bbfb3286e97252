"""What the report shows of conclusions under other assumptions: one picture, its table, and tipping points in words."""

from dataclasses import dataclass

from auditkit.report.kinds import base, in_points
from auditkit.report.lookup import Lookup, label
from auditkit.report.numbers import decimal, per_cent, whole
from auditkit.results.document import CheckRecord, MeasurementRecord
from auditkit.results.measurements import ASSUMING
from auditkit.results.sensitivity_records import SensitivityRowRecord, TippingRecord

ROWS = "/sensitivity/rows"
"""Where conclusions stand in the document."""
DRAWN = 20
"""So many conclusions are drawn; the others stand in a table."""
LABEL, COLUMN, TOP, ROW, RADIUS = 300, 92, 30, 34, 9
ABOUT_UNKNOWN = "group-missing"
"""Starts the names of checks on people of unknown group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One conclusion under one assumption, with where its mark goes."""

    assumption: str
    outcome: str
    measurement: str | None
    low: str
    high: str
    x: int
    x_left: int
    """Left edge of a square mark."""
    x_word: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """How many unrecorded outcomes would move a comparison to equality, or to a limit."""

    at: int
    """Its place in the document."""
    measurement: str
    metric: str
    group: str
    against: str
    hidden_in: str
    parity: bool
    reaches: str
    hidden: str | None
    share: str
    of: str
    undecided: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One conclusion, under every assumption."""

    limit: str
    measurement: str | None
    dimension: str
    group: str
    against: str
    verdict: str
    as_counted: str
    boxes: tuple[Box, ...]
    tips: tuple[Tip, ...]
    x: int
    """Where the mark of the verdict on known people stands."""
    x_word: int
    y: int
    """The middle of its row; below it the baseline of text, and above it the upper edges of a square mark and of the row."""
    y_text: int
    y_square: int
    y_line: int

    @property
    def outcomes(self) -> frozenset[str]:
        """What becomes of it under the assumptions."""
        return frozenset(box.outcome for box in self.boxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityPage:
    """Everything about what conclusions hang on."""

    assumptions: tuple[str, ...]
    drawn: tuple[Line, ...]
    more: tuple[Line, ...]
    tips: tuple[Tip, ...]
    """To equality, for every comparison of error rates."""
    missing: tuple[CheckRecord, ...]
    """Failed checks that say where group membership is missing."""
    gaps: tuple["Gap", ...]
    source: str | None
    """Who says how many outcomes are hidden."""
    width: int
    height: int
    heads: tuple[tuple[int, int], ...]
    """Where the number of each column stands."""
    known: int
    """Where the heading of the verdict on known people starts."""

    @property
    def conclusions(self) -> tuple[str, ...]:
        """Places in the document of all conclusions that were drawn again."""
        return tuple(f"{ROWS}/{at}" for at in range(len(self.drawn) + len(self.more)))

    @property
    def flipping(self) -> tuple[str, ...]:
        """Places of those that change under at least one assumption."""
        lines = zip(self.conclusions, (*self.drawn, *self.more), strict=True)
        return tuple(at for at, line in lines if "flips" in line.outcomes)

    @property
    def unsure(self) -> tuple[str, ...]:
        """Places of the others of which nobody can say whether they hold, under at least one assumption."""
        lines = zip(self.conclusions, (*self.drawn, *self.more), strict=True)
        return tuple(
            at for at, line in lines if "cannot_tell" in line.outcomes and "flips" not in line.outcomes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How much oftener the group is unknown for some people than for others."""

    measurement: str
    measurements: tuple[str, ...]
    """Of the two shares."""
    dimension: str
    by: str
    first: str | None
    second: str | None
    points: str
    low: str
    high: str


def sensitivity_page(look: Lookup) -> SensitivityPage | None:
    """Read what conclusions hang on; None where nothing was measured again and nothing could tip."""
    record = look.document.sensitivity
    reading = _Reading(look=look, columns=record.assumptions)
    lines = [reading.line(row, at) for at, row in enumerate(record.rows)]
    tips = tuple(reading.tip(at, one) for at, one in enumerate(record.tipping) if one.parity)
    gaps = tuple(
        _gap(look, item)
        for item in look.document.measurements
        if item.metric == "group_missing_rate_difference"
    )
    if not lines and not tips and not gaps:
        return None
    drawn = tuple(lines[:DRAWN])
    return SensitivityPage(
        assumptions=record.assumptions, drawn=drawn, more=tuple(lines[DRAWN:]), tips=tips, gaps=tuple(gap for gap in gaps if gap),
        missing=tuple(
            check for check in look.document.checks if check.id.startswith(ABOUT_UNKNOWN) and check.status == "failed"
        ),
        source=look.document.records.hidden_source, width=LABEL + COLUMN * (1 + len(record.assumptions)), height=TOP + ROW * len(drawn) + 4,
        known=LABEL, heads=tuple((reading.across(at), at + 1) for at in range(len(record.assumptions))),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    look: Lookup
    columns: tuple[str, ...]

    def across(self, at: int) -> int:
        """Place a column; the first holds the verdict on known people."""
        return LABEL + COLUMN * (at + 1) + RADIUS

    def line(self, row: SensitivityRowRecord, at: int) -> Line:
        item = None if row.measurement is None else self.look.items[row.measurement]
        return Line(
            limit=row.finding.partition("/")[0], measurement=row.measurement, dimension="" if item is None else item.dimension,
            group="" if item is None else label(item.group), against="" if item is None else label(item.against or {}),
            verdict=row.verdict, as_counted=row.as_counted,
            boxes=tuple(
                self._box(cell.assumption, cell.outcome, cell.measurement, place) for place, cell in enumerate(row.cells)
            ),
            tips=() if item is None else self._nearest(item), x=self.across(-1), x_word=self.across(-1) + RADIUS + 4,
            y=(middle := TOP + ROW * (at % DRAWN) + ROW // 2), y_text=middle + 4, y_square=middle - RADIUS,
            y_line=middle - ROW // 2,
        )  # fmt: skip

    def _box(self, assumption: str, outcome: str, measurement: str | None, place: int) -> Box:
        item = None if measurement is None else self.look.items[measurement]
        low, high = (None, None) if item is None else item.bounds or item.interval or (None, None)
        shown = ["" if one is None or item is None else self.written(one, item) for one in (low, high)]
        return Box(
            assumption=assumption, outcome=outcome, measurement=measurement, low=shown[0], high=shown[1],
            x=self.across(place), x_left=self.across(place) - RADIUS, x_word=self.across(place) + RADIUS + 4,
        )  # fmt: skip

    def written(self, value: float, item: MeasurementRecord) -> str:
        """Write a number of a measure in the unit that it is read in."""
        scale, digits = (100.0, 1) if in_points(item.metric) else (1.0, 2)
        return decimal(scale * value, locale=self.look.locale, digits=digits)

    def _nearest(self, item: MeasurementRecord) -> tuple[Tip, ...]:
        """Of each group's tipping points, show that to equality and the nearest to a limit."""
        tipping = enumerate(self.look.document.sensitivity.tipping)
        mine = [(at, one) for at, one in tipping if one.measurement == item.id]
        shown = [(at, one) for at, one in mine if one.parity]
        for group in dict.fromkeys(label(one.hidden_in) for _, one in mine):
            to_limit = [(at, one) for at, one in mine if not one.parity and label(one.hidden_in) == group]
            reached = [(at, one) for at, one in to_limit if one.hidden is not None] or to_limit
            shown += sorted(reached, key=lambda found: (found[1].hidden or 0, found[1].reaches))[:1]
        return tuple(self.tip(at, one) for at, one in shown)

    def tip(self, at: int, one: TippingRecord) -> Tip:
        item, locale = self.look.items[one.measurement], self.look.locale
        hidden, undecided = (
            None if number is None else whole(number, locale=locale) for number in (one.hidden, one.undecided)
        )
        return Tip(
            at=at, measurement=item.id, metric=base(item.metric)[0], group=label(item.group), against=label(item.against or {}),
            hidden_in=label(one.hidden_in), parity=one.parity, reaches=self.written(one.reaches, item), hidden=hidden,
            share="" if one.share is None else per_cent(one.share, locale=locale),
            of=whole(one.of, locale=locale), undecided=undecided,
        )  # fmt: skip


def _gap(look: Lookup, item: MeasurementRecord) -> Gap | None:
    """Read how much oftener the group is missing; nothing where that is withheld."""
    if item.value is None or item.interval is None:
        return None
    sides = [
        next((one for one in look.alone("group_missing_rate", item.dimension) if one.group == group), None)
        for group in (item.group, item.against)
    ]
    first, second = (
        None if one is None or one.value is None else per_cent(one.value, locale=look.locale) for one in sides
    )
    low, high = item.interval
    points = [decimal(100 * (one or 0.0), locale=look.locale, digits=1) for one in (item.value, low, high)]
    return Gap(
        measurement=item.id, measurements=tuple(one.id for one in sides if one is not None), dimension=item.dimension, by=[*item.group][-1], first=first, second=second,
        points=points[0], low=points[1], high=points[2],
    )  # fmt: skip


def hanging(look: Lookup, finding: str, measurement: str) -> tuple[str, MeasurementRecord] | None:
    """Tell which assumption about unknown people a judged number hangs on, with the number's limits under it."""
    for row in look.document.sensitivity.rows:
        if (row.finding, row.measurement) == (finding, measurement):
            for cell in row.cells:
                open_people = cell.assumption in {"unknown-group", "missing-outcomes", "all-unknown"}
                if open_people and cell.measurement and cell.outcome in {"cannot_tell", "flips"}:
                    return cell.assumption, look.items[cell.measurement]
    return None


def assuming(stratum: str | None) -> bool:
    """Tell whether a number was made under another assumption."""
    return (stratum or "").startswith(ASSUMING)
