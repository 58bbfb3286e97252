"""What the policy limits, bounded once more under each assumption about unknown people alone."""

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace

from auditkit.measure.unseen import BOTH, Kind
from auditkit.measure.worst_cases import only_bounds
from auditkit.results.measurements import ASSUMING, Estimate, Measurement
from auditkit.results.tally import is_known

ASSUMPTIONS: dict[str, frozenset[Kind]] = {
    "unknown-group": frozenset({"group"}),
    "missing-outcomes": frozenset({"outcome"}),
    "all-unknown": BOTH,
}
"""What is not known of people, by the name of the assumption."""


def under_assumptions(
    measured: Callable[[frozenset[Kind]], Iterable[Measurement]], limited: Set[str]
) -> Iterator[Measurement]:
    """Bound limited measures with one kind of open people at a time, and with all where that says more.

    Parameters
    ----------
    measured
        Measures numbers, with bounds for those kinds of open people.
    limited
        Names of the measures.
    """
    found = {name: tuple(_limited(measured(kinds), limited)) for name, kinds in ASSUMPTIONS.items()}
    for name, items in found.items():
        if name != "all-unknown" or items not in (found["unknown-group"], found["missing-outcomes"]):
            yield from (_named(name, item) for item in items)


def assumed(name: str, items: Iterable[Measurement], limited: Set[str]) -> Iterator[Measurement]:
    """Keep the bounds of limited measures of known groups, and name the assumption that they rest on."""
    yield from (_named(name, item) for item in _limited(items, limited))


def _limited(items: Iterable[Measurement], limited: Set[str]) -> Iterator[Measurement]:
    for item in items:
        known = is_known(tuple(value for _, value in item.group))
        bounded = isinstance(item.result, Estimate) and item.result.bounds is not None
        if item.metric in limited and item.stratum is None and known and bounded:
            yield replace(item, result=only_bounds(item.result))


def _named(name: str, item: Measurement) -> Measurement:
    return replace(item, stratum=f"{ASSUMING}{name}")
