"""Whether incidents fell where something was done, and moved next door (methods 4.9)."""

from collections.abc import Iterator

from auditkit.measure.place_resampling import plain
from auditkit.results.displacement import RoleCounts
from auditkit.results.measurements import ASSUMING, Bounds, Estimate, Measurement, NotEstimable, Result
from auditkit.results.places import PlaceTally
from auditkit.statistics.critical import normal
from auditkit.statistics.displacement import (
    Change,
    Difference,
    dispersion,
    displacement_quotient_interval,
    e_test,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

ROLE = ("role",)
TOGETHER = "treated and buffer"
COMPARED_WITH = {"treated": "control", "buffer": "buffer_control"}
OVERDISPERSED = ASSUMING + "overdispersed-counts"


def displacement(tally: PlaceTally) -> Iterator[Measurement]:
    """Measure counts by role, what they say against comparison areas, and how much counts vary from period to period.

    Nothing where the audit file does not ask. Without comparison areas the differences are not estimable (NE-TRUTH).
    """
    found = tally.displacement
    if found is None:
        return
    changes = {role.role: _change(role) for role in found.roles}
    for role in found.roles:
        for when, counts in (("before", role.before), ("after", role.after)):
            count = float(counts.sum())
            yield _of(
                "displacement_incidents",
                role.role,
                plain(count, "count", counts=(round(count), None)),
                stratum=when,
            )
        yield _of("displacement_e_test", role.role, _e_test(changes[role.role]))
    spread = dispersion([series for role in found.roles for series in (role.before, role.after)])
    if spread is not None:
        yield Measurement(
            metric="displacement_dispersion",
            dimension=(),
            group=(),
            against=None,
            result=plain(spread, "pearson"),
        )
    yield from _against(changes, 1.0, None)
    if spread is not None and spread > 1:
        yield from _against(changes, spread, OVERDISPERSED)


def _change(role: RoleCounts) -> Change:
    return Change(float(role.before.sum()), float(role.after.sum()))


def _of(
    metric: str, role: str, result: Result, *, against: str | None = None, stratum: str | None = None
) -> Measurement:
    other = None if against is None else (("role", against),)
    return Measurement(
        metric=metric, dimension=ROLE, group=(("role", role),), against=other, result=result, stratum=stratum
    )


def _e_test(change: Change) -> Result:
    if not (change.before.is_integer() and change.after.is_integer()):
        return NotEstimable(reason="NE-MODEL")
    p = e_test(int(change.after), int(change.before))
    return plain(p, "e_test", counts=(int(change.after), int(change.before + change.after)))


def _against(changes: dict[str, Change], spread: float, stratum: str | None) -> Iterator[Measurement]:
    """Compare treated areas and their buffer with what they are compared with."""
    pairs = {
        role: None if other not in changes else (changes[role], changes[other])
        for role, other in COMPARED_WITH.items()
        if role in changes
    }
    for role, pair in pairs.items():
        result = _difference(None if pair is None else weighted_displacement_difference(pair), spread)
        yield _of("displacement_wdd", role, result, against=COMPARED_WITH[role], stratum=stratum)
    if "buffer" not in pairs:
        return
    known = [pair for pair in pairs.values() if pair is not None]
    whole = weighted_displacement_difference(*known) if len(known) == len(COMPARED_WITH) else None
    yield _of("displacement_wdd", TOGETHER, _difference(whole, spread), against="control", stratum=stratum)
    quotient = _quotient(changes, spread)
    yield _of("displacement_wdq", "buffer", quotient, against="control", stratum=stratum)


def _difference(found: Difference | None, spread: float) -> Result:
    if found is None:
        return NotEstimable(reason="NE-TRUTH")
    value, error = found.value, found.standard_error * spread**0.5
    if error == 0:
        return NotEstimable(reason="NE-DENOM")

    def at(level: float) -> Bounds:
        return value - normal(level) * error, value + normal(level) * error

    return Estimate(
        value=value, interval=at(0.95), interval_90=at(0.90), interval_family=None,
        method="wdd_poisson" if spread == 1 else "wdd_overdispersed",
    )  # fmt: skip


def _quotient(changes: dict[str, Change], spread: float) -> Result:
    if "control" not in changes:
        return NotEstimable(reason="NE-TRUTH")
    treated, buffer, control = (changes[role] for role in ("treated", "buffer", "control"))
    if min(control) == 0:
        return NotEstimable(reason="NE-DENOM")
    if treated.after / control.after >= treated.before / control.before:
        return NotEstimable(reason="NE-GAIN")
    value = weighted_displacement_quotient(treated, buffer, control)

    def at(level: float) -> Bounds:
        limits = displacement_quotient_interval(
            treated, buffer, control, critical=normal(level), dispersion=spread
        )
        low, high = (limit if abs(limit) < float("inf") else None for limit in limits)
        return low, high

    return Estimate(
        value=value, interval=at(0.95), interval_90=at(0.90), interval_family=None,
        method="wdq_fieller",
    )  # fmt: skip
