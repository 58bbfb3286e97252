"""What the report shows of incidents before and after: counts by role, and what they say beside comparison areas."""

from dataclasses import dataclass

from auditkit.report.lookup import Lookup, reach, side
from auditkit.report.numbers import decimal, p_value, signed, whole
from auditkit.results.document import MeasurementRecord
from auditkit.results.measurements import ASSUMING

ROLE = "role"
OVERDISPERSED = ASSUMING + "overdispersed-counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """The areas of one role."""

    role: str
    areas: int
    before: str
    after: str
    ids: tuple[str, str, str]
    """Measurements of the counts and of the p-value."""
    p_value: str
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetChange:
    """A net change, or a quotient, with its range."""

    measurement: str
    metric: str
    role: str
    status: str
    reason: str | None
    value: str
    low: str
    high: str
    side: str | None
    """above or below no change, where the whole range is; None where it holds both."""
    wide: tuple[str, str, str] | None
    """The same for counts that vary more than by chance: id and limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplacementPage:
    """Everything about incidents that may have moved."""

    rows: tuple[RoleRow, ...]
    changes: tuple[NetChange, ...]
    dispersion: str
    dispersion_id: str
    overdispersed: bool


def displacement_page(look: Lookup) -> DisplacementPage | None:
    """Read what was counted before and after; None where the audit file does not ask."""
    places = look.document.places
    if places is None or places.displacement is None:
        return None
    rows = tuple(_role(look, role, areas) for role, areas in places.displacement.roles.items())
    found = [*look.pairs("displacement_wdd", ROLE), *look.pairs("displacement_wdq", ROLE)]
    spread = next(iter(look.alone("displacement_dispersion", "")), None)
    value = None if spread is None else spread.value
    return DisplacementPage(
        rows=rows, changes=tuple(_change(look, item) for item in found),
        dispersion="" if value is None else decimal(value, locale=look.locale),
        dispersion_id="" if spread is None else spread.id, overdispersed=value is not None and value > 1,
    )  # fmt: skip


def _role(look: Lookup, role: str, areas: int) -> RoleRow:
    group = {"role": role}
    counts = [
        next(one for one in look.alone("displacement_incidents", ROLE, stratum=when) if one.group == group)
        for when in ("before", "after")
    ]
    test = next(one for one in look.alone("displacement_e_test", ROLE) if one.group == group)
    before, after = ("" if one.value is None else whole(one.value, locale=look.locale) for one in counts)
    p = test.value
    return RoleRow(
        role=role, areas=areas, before=before, after=after, ids=(counts[0].id, counts[1].id, test.id),
        p_value="" if p is None else p_value(p, locale=look.locale),
        withheld=any(one.status == "withheld" for one in counts),
    )  # fmt: skip


def _change(look: Lookup, item: MeasurementRecord) -> NetChange:
    quotient = item.metric == "displacement_wdq"

    def written(value: float | None) -> str:
        if value is None:
            return ""
        return decimal(value, locale=look.locale) if quotient else signed(value, locale=look.locale)

    wide = next(
        (
            one
            for one in look.pairs(item.metric, ROLE, stratum=OVERDISPERSED)
            if (one.group, one.against) == (item.group, item.against) and one.value is not None
        ),
        None,
    )
    low, high = reach(item)
    least, most = (None, None) if wide is None else reach(wide)
    apart = None if wide is None else (wide.id, written(least), written(most))
    return NetChange(
        measurement=item.id, metric=item.metric, role=item.group["role"], status=item.status, reason=item.reason,
        value=written(item.value), low=written(low), high=written(high), side=side(wide or item, equal=0.0), wide=apart,
    )  # fmt: skip
