"""Which worlds are run, and how often each is drawn."""

from collections.abc import Iterator

from benchmarks.validity import (
    bounds,
    designs,
    fair,
    finer,
    limits,
    outcomes,
    peers,
    places,
    power,
    rates,
    screening,
    subgroups,
)  # fmt: skip
from benchmarks.validity.worlds import World

STUDIES = (
    "rates",
    "outcomes",
    "limits",
    "fair",
    "power",
    "screening",
    "subgroups",
    "designs",
    "finer",
    "places",
    "peers",
    "bounds",
)


def full(draws: float = 1.0) -> Iterator[World]:
    """Lay out every world; about an hour of processor time. `draws` multiplies the number of draws."""

    def times(replicates: int) -> int:
        return max(1, round(draws * replicates))

    yield from places.worlds(replicates=times(300))  # the longest first, so that processes end together
    yield from peers.worlds(replicates=times(100))
    yield from fair.worlds(replicates=times(1_000))
    yield from screening.worlds(replicates=times(400))
    yield from subgroups.worlds(replicates=times(400))
    yield from finer.worlds(replicates=times(600))
    yield from bounds.worlds(replicates=times(300))
    yield from designs.worlds(replicates=times(300))
    yield from limits.worlds(replicates=times(1_000))
    yield from outcomes.worlds(120, replicates=times(250))
    yield from rates.worlds(1_500, replicates=times(250))
    yield from power.worlds(replicates=times(2_500))
