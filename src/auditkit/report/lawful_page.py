"""What a report shows of figures with and without records of unlawful practice."""

from dataclasses import dataclass

from auditkit.report.kinds import in_points
from auditkit.report.lookup import Figure, Lookup, is_known, label
from auditkit.results.document import MeasurementRecord
from auditkit.results.measurements import LAWFUL_RECORDS, WITHOUT_UNLAWFUL

PEOPLE = (
    "selection_rate",
    "false_positive_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "prevalence",
)
ALERTS = ("positive_predictive_value", "dispatch_rate", "action_rate_")
PLACES = ("hit_rate", "hit_rate_difference", "most_targeted_share", "rank_correlation")


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulRow:
    """One figure, with all records and without those of unlawful practice."""

    metric: str
    people: bool
    """Whether it is a rate of people."""
    alerts: bool
    """Whether it is a rate of alerts; where it is neither, it is about places."""
    group: str
    against: str
    all: Figure
    without: Figure


def lawful_rows(look: Lookup) -> tuple[LawfulRow, ...]:
    """Read each headline that was measured both ways."""
    rows = []
    for item in look.document.measurements:
        alone = item.stratum == LAWFUL_RECORDS and item.against is None
        of_group = bool(item.group) or not item.dimension
        alerts = alone and of_group and look.document.alerts is not None and item.metric.startswith(ALERTS)
        people = alone and look.document.alerts is None and item.metric in PEOPLE
        shown = people or alerts or (item.stratum == WITHOUT_UNLAWFUL and _headline(item))
        whole = _whole(look, item) if shown and is_known(item) else None
        if whole is not None:
            rows.append(
                LawfulRow(
                    metric=item.metric,
                    people=people,
                    alerts=alerts,
                    group=label(item.group),
                    against=label(item.against),
                    all=_written(look, whole),
                    without=_written(look, item),
                )
            )
    return tuple(rows)


def _headline(item: MeasurementRecord) -> bool:
    if item.metric == "hit_rate":
        return item.group.get("rule") == "tool"
    return item.metric in PLACES or (item.metric.startswith("exposure") and item.metric.endswith("_ratio"))


def _whole(look: Lookup, item: MeasurementRecord) -> MeasurementRecord | None:
    found = (look.alone if item.against is None else look.pairs)(item.metric, item.dimension)
    return next((one for one in found if (one.group, one.against) == (item.group, item.against)), None)


def _written(look: Lookup, item: MeasurementRecord) -> Figure:
    if item.metric.endswith(("_ratio", "_correlation")):
        return look.number(item)
    if item.metric.endswith("_difference"):
        return look.number(item, digits=1, scale=100.0 if in_points(item.metric) else 1.0)
    return look.rate(item)
