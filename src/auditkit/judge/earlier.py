"""Which counts of groups differ by few people from what an earlier release showed (methods 8.3)."""

from collections.abc import Iterator

from auditkit.judge.people_counts import expanded
from auditkit.judge.proof import Groups
from auditkit.judge.protection import Protection
from auditkit.judge.sums import Node
from auditkit.results.measurements import Measurement, Withheld
from auditkit.results.releases import Cell, Release

SPELLED_BY_ORIENTATION = "favourable_rate"
"""It counts flagged people or the others, and says nothing that the flag rate does not say."""


def changed_counts(groups: Groups, protection: Protection) -> Iterator[tuple[Node, str]]:
    """Name counts that an earlier release showed, or let readers subtract, and that few people have joined or left."""
    for release in protection.earlier:
        for node in groups.n:
            for name, then in _shown(groups, release, node).items():
                if name in groups.parts and protection.small(groups.count(node, name) - then):
                    yield node, name


def _shown(groups: Groups, release: Release, node: Node) -> dict[str, int]:
    """Work out every count that followed from one group's published numbers."""
    found: dict[str, int | None] = {}
    for rate, names in groups.published.items():
        cell: Cell | None = release.cells.get(_id(rate, node))
        if cell is not None and rate != SPELLED_BY_ORIENTATION:
            found |= dict(zip(names, cell, strict=False))
    return dict(expanded(found))


def _id(metric: str, node: Node) -> str:
    dimension, group = node
    return Measurement(metric=metric, dimension=dimension, group=group, against=None, result=Withheld()).id
