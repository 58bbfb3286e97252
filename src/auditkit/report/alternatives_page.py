"""What a report shows of less harmful rules and of subgroups that nobody named."""

import re
from dataclasses import dataclass
from string import ascii_uppercase

from auditkit.report.charts import Chart, pairs
from auditkit.report.lookup import Figure, Lookup, label, side
from auditkit.report.numbers import as_written, decimal, per_cent, whole
from auditkit.report.trade_chart import TradeChart, TradePoint, trade_chart
from auditkit.results.alternative_records import AlternativesRecord, CandidateRecord, SubgroupsRecord
from auditkit.results.document import MeasurementRecord

DRAWN = 12
"""So many rules at most are drawn and stand in the table; the others stand in the CSV."""
RULES, SUBGROUPS = "/alternatives/candidates", "/subgroups/tested"
"""Where in the document they stand."""
_FORMS = (
    "limit at ", "limits by group, equal rates", "limits by group, both error rates equal",
    "logistic regression without ", "logistic regression", "small tree", "exponentiated gradient", "grid search",
)  # fmt: skip
NUMBERED = ("limit at", "rates apart")
"""Forms whose detail is a number."""
_APART = re.compile(r"^limits by group, rates at most (\S+) points apart$")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEffect:
    """What a rule does to one group, for every 1,000 of its people."""

    group: str
    flagged: Figure | None
    wrong: Figure | None
    missed: Figure | None
    change: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule beside the tool's own."""

    letter: str
    at: int
    """Its place in the document."""
    form: str
    detail: str
    record: CandidateRecord
    utility: Figure | None
    gain: Figure | None
    gap: Figure | None
    flags: Figure | None
    effects: tuple[GroupEffect, ...]
    harmed: tuple[str, ...]
    """Groups that were shown to be flagged more often than now; less often, where a flag is a benefit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativesView:
    """The search for a less harmful rule."""

    record: AlternativesRecord
    rate: str
    """The rate whose gap is to become smaller."""
    ratio: bool
    group: str
    against: str
    tried: tuple[str, ...]
    """Places in the document of all rules but the tool's own."""
    tolerated: str
    reduction: str
    more: str
    people: str
    fitted_on: str
    own: RuleRow | None
    rows: tuple[RuleRow, ...]
    """The tool's own rule first, then those that did best, then the others."""
    affected: tuple[RuleRow, ...]
    """Rules whose effect on each group stands in a table: the tool's own and the shortlist, or all where it is empty."""
    left: tuple[str, ...]
    """Places of rules that stand in the CSV only."""
    shown: tuple[RuleRow, ...]
    """Rules that were shown to be an alternative."""
    chart: TradeChart | None
    other: RuleRow | None
    """The rule that the picture of groups sets beside the tool's own: the first whose effects stand in the table."""
    whom: Chart | None


def alternatives_page(look: Lookup) -> AlternativesView | None:
    """Read what is shown of less harmful rules; None where nobody asked."""
    record = look.document.alternatives
    if record is None:
        return None
    items: dict[str, dict[str, list[MeasurementRecord]]] = {}
    for item in look.document.measurements:
        if item.metric.startswith("alternative_") and item.stratum is not None:
            items.setdefault(item.stratum, {}).setdefault(item.metric, []).append(item)
    numbered = [*enumerate(record.candidates)]
    first = [one for one in numbered[1:] if one[1].shortlisted]
    others = [one for one in numbered[1:] if not one[1].shortlisted]
    chosen = [*numbered[:1], *first, *others][:DRAWN]
    rows = tuple(
        _row(look, one, record, items.get(one.stratum, {}), letter=letter, at=at)
        for (at, one), letter in zip(chosen, ascii_uppercase, strict=False)
    )
    affected = (
        tuple(row for row in rows if row.record.shortlisted or row.record.claim is None) if first else rows
    )
    other = next((row for row in affected if row.record.claim is not None), None)
    return AlternativesView(
        record=record, rate=record.disparity.rpartition("_")[0], ratio=record.disparity.endswith("_ratio"),
        group=label(record.group), against=label(record.against), tried=tuple(f"{RULES}/{at}" for at in range(1, len(record.candidates))),
        tolerated=decimal(100 * record.tolerated_loss, locale=look.locale, digits=1, limits=(0.0, 100.0)),
        reduction=per_cent(record.smallest_reduction, locale=look.locale),
        more=per_cent(record.flags_within, locale=look.locale), people=whole(record.people, locale=look.locale),
        fitted_on=whole(record.fitted_on, locale=look.locale), own=rows[0] if rows else None, rows=rows,
        affected=affected, other=other, whom=_whom(look, rows[0], other) if other else None,
        left=tuple(f"{RULES}/{at}" for at in range(len(record.candidates)) if at not in {row.at for row in rows}),
        shown=tuple(row for row in rows if row.record.claim == "shown"),
        chart=_chart(look, record, rows, items),
    )  # fmt: skip


def _row(
    look: Lookup,
    one: CandidateRecord,
    record: AlternativesRecord,
    items: dict[str, list[MeasurementRecord]],
    *,
    letter: str,
    at: int,
) -> RuleRow:
    ratio = record.disparity.endswith("_ratio")

    def figure(metric: str, *, scale: float = 1.0, digits: int = 2) -> Figure | None:
        found = items.get(f"alternative_{metric}")
        return None if not found else look.number(found[0], digits=digits, scale=scale)

    form, detail = rule_form(one.name)
    detail = as_written(detail, locale=look.locale) if form in NUMBERED else detail
    return RuleRow(
        letter=letter, at=at, form=form, detail=detail, record=one, utility=figure(record.utility, scale=100.0, digits=1),
        gain=figure(f"{record.utility}_gain", scale=100.0, digits=1),
        gap=figure(record.disparity, scale=1.0 if ratio else 100.0, digits=2 if ratio else 1),
        flags=figure("flags_ratio"), effects=_effects(look, items), harmed=_harmed(look, items),
    )  # fmt: skip


def rule_form(name: str) -> tuple[str, str]:
    """Take the name of a rule apart, so that a template can put it into words.

    >>> rule_form("limit at 7"), rule_form("small tree")
    (('limit at', '7'), ('small tree', ''))
    """
    if found := _APART.match(name):
        return "rates apart", found[1]
    form = next((form for form in _FORMS if name.startswith(form)), name)
    return form.strip(), name.removeprefix(form)


def _effects(look: Lookup, items: dict[str, list[MeasurementRecord]]) -> tuple[GroupEffect, ...]:
    def by_group(metric: str) -> dict[str, Figure]:
        found = items.get(f"alternative_{metric}", [])
        return {label(item.group): look.number(item, digits=0, scale=1000.0) for item in found}

    flagged, wrong, missed, change = (
        by_group(name)
        for name in ("selection_rate", "false_positive_rate", "false_negative_rate", "flagged_change")
    )
    return tuple(
        GroupEffect(
            group=group, flagged=flagged.get(group), wrong=wrong.get(group), missed=missed.get(group), change=change.get(group)
        )
        for group in flagged
    )  # fmt: skip


def _harmed(look: Lookup, items: dict[str, list[MeasurementRecord]]) -> tuple[str, ...]:
    harm = "above" if look.document.tool.orientation == "burden" else "below"
    changes = items.get("alternative_flagged_change", [])
    return tuple(label(item.group) for item in changes if side(item, equal=0.0) == harm)


def _chart(
    look: Lookup, record: AlternativesRecord, rows: tuple[RuleRow, ...], items: dict[str, dict[str, list[MeasurementRecord]]]
) -> TradeChart | None:  # fmt: skip
    points = []
    for row in rows:
        own = items.get(row.record.stratum, {})
        across = _ends(own.get(f"alternative_{record.utility}"))
        up = _ends(own.get(f"alternative_{record.disparity}"))
        if across is not None and up is not None:
            shape = "own" if row.record.kind == "deployed" else row.record.kind
            points.append(TradePoint(letter=row.letter, shape=shape, across=across, up=up))
    if len(points) < 2 or points[0].shape != "own":
        return None
    ratio = record.disparity.endswith("_ratio")
    return trade_chart(
        tuple(points), equality=1.0 if ratio else 0.0, least=points[0].across[0] - record.tolerated_loss,
        per_cent=(True, not ratio), locale=look.locale,
    )  # fmt: skip


def _whom(look: Lookup, own: RuleRow, other: RuleRow) -> Chart | None:
    """Draw how many of each group are flagged, now and under another rule."""
    then = {one.group: one.flagged for one in other.effects}
    drawn = [(one.group, look.shown(one.flagged), look.shown(then.get(one.group))) for one in own.effects]
    return pairs(drawn, share=False, scale=1000.0)


def _ends(found: list[MeasurementRecord] | None) -> tuple[float, float, float] | None:
    if not found or found[0].value is None or found[0].interval is None:
        return None
    low, high = found[0].interval
    return None if low is None or high is None else (found[0].value, low, high)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupRow:
    """A subgroup that did worst in one half, and what the other says."""

    name: tuple[tuple[str, str], ...]
    found: bool
    rate: Figure | None
    rest: Figure | None
    ratio: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupsView:
    """The search for subgroups that nobody named."""

    record: SubgroupsRecord
    rows: tuple[SubgroupRow, ...]
    found: tuple[str, ...]
    """Places in the document of those that were confirmed."""
    detectable: Figure | None
    """The smallest ratio that would have been found in a subgroup of the smallest size."""
    detectable_tenth: Figure | None
    """The same in one that holds a tenth of the people."""
    looked_at: str
    smallest: str
    chart: Chart | None
    """Of the rates of subgroups and of everyone else; rows are named by their places."""


def subgroups_page(look: Lookup) -> SubgroupsView | None:
    """Read what is shown of subgroups; None where nobody asked."""
    record = look.document.subgroups
    if record is None:
        return None
    metric = f"subgroup_{record.metric}"
    found: dict[tuple[str, tuple[tuple[str, str], ...]], MeasurementRecord] = {
        (item.metric, tuple(item.group.items())): item
        for item in look.document.measurements
        if item.metric.startswith("subgroup_") and item.group
    }
    rows = []
    for one in record.tested:
        key = tuple(one.group.items())
        rate, rest, ratio = (found.get((f"{metric}{end}", key)) for end in ("", "_elsewhere", "_ratio"))
        rows.append(
            SubgroupRow(
                name=key, found=one.found, rate=None if rate is None else look.rate(rate), rest=None if rest is None else look.rate(rest),
                ratio=None if ratio is None else look.number(ratio),
            )
        )  # fmt: skip
    least = [
        item for item in look.document.measurements if item.metric == f"{metric}_ratio_smallest_detectable"
    ]
    sizes = {item.stratum: look.number(item) for item in least}
    return SubgroupsView(
        record=record, rows=tuple(rows), found=tuple(f"{SUBGROUPS}/{at}" for at, row in enumerate(rows) if row.found),
        detectable=sizes.get("subgroup of smallest size"), detectable_tenth=sizes.get("subgroup of tenth size"),
        looked_at=whole(record.looked_at, locale=look.locale), smallest=whole(record.smallest, locale=look.locale),
        chart=pairs((str(at), look.shown(row.rate), look.shown(row.rest)) for at, row in enumerate(rows)),
    )  # fmt: skip
