"""What a report on people shows of neighbourhoods: which differ from the rest of the city, and all of them."""

from dataclasses import dataclass

from auditkit.report.lookup import Figure, Lookup, distance, is_known, label
from auditkit.report.similar import p_text
from auditkit.results.document import MeasurementRecord

AREA = "area"
SCREENED = ("false_positive_rate", "false_negative_rate", "selection_rate", "positive_predictive_value")
LEVEL = 0.05
"""An area stands out where its adjusted p-value lies below: of those named, one in twenty by chance."""
SHOWN, LISTED = 15, 200
"""So many areas that stand out are shown, and so many areas are listed at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An area that differs from the rest of the city."""

    measurement: str
    area: str
    rate: Figure
    ratio: Figure
    gap: Figure
    """In percentage points."""
    adjusted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """One rate, screened over all areas."""

    metric: str
    screened: tuple[str, ...]
    differ: tuple[str, ...]
    too_small: tuple[str, ...]
    """Tests of areas without a number, mostly because few people were scored there."""
    standing: tuple[Standing, ...]
    more: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhoods:
    """Every area of an audit of people."""

    screenings: tuple[Screening, ...]
    metrics: tuple[str, ...]
    """Rates of the list of all areas, its columns."""
    areas: tuple[tuple[str, tuple[Figure | None, ...]], ...]
    more: tuple[tuple[str, ...], ...]
    """Measurements of each area that stands in the CSV only."""


def neighbourhoods(look: Lookup) -> Neighbourhoods | None:
    """Read what was screened; None where people have no areas, or areas are a declared way of dividing them."""
    screenings = tuple(
        _screening(look, metric, adjusted)
        for metric in SCREENED
        if (adjusted := look.pairs(f"{metric}_p_value_bh", AREA))
    )
    if not screenings:
        return None
    metrics = tuple(screening.metric for screening in screenings)
    found = {metric: {label(item.group): item for item in look.alone(metric, AREA)} for metric in metrics}
    known = {label(item.group) for metric in metrics for item in look.alone(metric, AREA) if is_known(item)}
    names = sorted(known)
    return Neighbourhoods(
        screenings=screenings, metrics=metrics,
        more=tuple(
            tuple(item.id for metric in metrics if (item := found[metric].get(name))) for name in names[LISTED:]
        ),
        areas=tuple(
            (name, tuple(look.rate(item) if (item := found[metric].get(name)) else None for metric in metrics))
            for name in names[:LISTED]
        ),
    )  # fmt: skip


def _screening(look: Lookup, metric: str, adjusted: list[MeasurementRecord]) -> Screening:
    tested = [item for item in adjusted if item.value is not None]
    differ = [item for item in tested if (item.value or 0.0) < LEVEL]
    ratios = {item.id: look.pair(f"{metric}_ratio", item) for item in differ}

    def order(item: MeasurementRecord) -> tuple[bool, float, str]:
        ratio = ratios[item.id]
        known = ratio is not None and bool(ratio.value)
        return not known, -distance(ratio) if ratio is not None else 0.0, label(item.group)

    standing = [_standing(look, metric, item) for item in sorted(differ, key=order)]
    return Screening(
        metric=metric, screened=tuple(item.id for item in tested), differ=tuple(item.id for item in differ),
        too_small=tuple(item.id for item in adjusted if item.value is None), standing=tuple(standing[:SHOWN]),
        more=tuple(standing[SHOWN:]),
    )  # fmt: skip


def _standing(look: Lookup, metric: str, item: MeasurementRecord) -> Standing:
    ratio, gap = (look.pair(f"{metric}_{kind}", item) for kind in ("ratio", "difference"))
    rate = look.one(metric, item)
    return Standing(
        measurement=item.id, area=label(item.group), rate=look.rate(rate or item), ratio=look.number(ratio or item),
        gap=look.number(gap or item, digits=1, scale=100.0), adjusted=p_text(look, item),
    )  # fmt: skip
