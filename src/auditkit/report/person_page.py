"""The parts of a report on people beyond rates and limits; each is empty where it was not measured."""

from dataclasses import dataclass

from auditkit.report.alternatives_page import (
    AlternativesView,
    SubgroupsView,
    alternatives_page,
    subgroups_page,
)
from auditkit.report.burdens import ErrorsTable, Excess, errors, excess_of
from auditkit.report.lookup import Lookup
from auditkit.report.neighbourhood_page import Neighbourhoods, neighbourhoods
from auditkit.report.scores_page import ScoresPage, scores_page
from auditkit.report.similar import FollowedTable, Similar, followed, similar
from auditkit.report.stops_page import StopsPage, stops_page


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """What a report on people shows besides rates by group."""

    scores: ScoresPage
    similar: tuple[Similar, ...]
    followed: tuple[FollowedTable, ...]
    neighbourhoods: Neighbourhoods | None
    stops: StopsPage | None
    alternatives: AlternativesView | None
    subgroups: SubgroupsView | None
    errors: tuple[ErrorsTable, ...]
    excess: dict[tuple[str, str], tuple[Excess, ...]]
    """By rate and dimension: the gaps that were shown to exist, in people."""
    designs: frozenset[str]
    """Why rows are no independent draws, where they are not: clustered, weighted or followed."""


def person_page(look: Lookup, *, rates: tuple[str, ...]) -> PersonPage:
    """Read everything that a report on people shows besides rates by group."""
    ends = {(item.method or "").rpartition("_")[2] for item in look.document.measurements}
    return PersonPage(
        scores=scores_page(look), similar=similar(look), followed=followed(look), neighbourhoods=neighbourhoods(look),
        stops=stops_page(look), alternatives=alternatives_page(look), subgroups=subgroups_page(look), errors=errors(look),
        excess={(rate, dimension): excess_of(look, rate, dimension) for rate in rates for dimension in look.dimensions(rate)},
        designs=frozenset(ends & {"clustered", "weighted", "followed"}),
    )  # fmt: skip
