"""What protects people besides a smallest cell: a proof, earlier releases, and what is sensitive about whole groups."""

from collections.abc import Iterable
from dataclasses import dataclass

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.publication import Ledger
from auditkit.judge.proof import Possible
from auditkit.judge.sums import Node
from auditkit.results.measurements import Estimate, Measurement
from auditkit.results.releases import Cell, Release
from auditkit.results.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What withholding goes by."""

    smallest_cell: int
    """Counts from 1 to one less are withheld; 0 withholds nothing."""
    possible: Possible | None = None
    """Works out which values a reader could still think possible; None leaves it at what follows exactly."""
    earlier: tuple[Release, ...] = ()
    """What was published before."""
    sensitive: frozenset[str] = frozenset()
    """`decision` or `outcome`: what must not be known of a whole group."""
    one_source: frozenset[Node] = frozenset()
    """Groups of which one source provides most."""

    @property
    def enough(self) -> int:
        """How far apart the smallest and the largest possible value of a hidden count must lie."""
        return self.smallest_cell - 1

    def small(self, count: float) -> bool:
        """Tell whether a count, or a difference of counts, is about few people."""
        return 0 < abs(count) < self.smallest_cell

    def changed(self, items: Iterable[Measurement]) -> frozenset[str]:
        """Name numbers that differ by few people from what was published before (methods 8.3)."""
        return frozenset(
            item.id
            for item in (items if self.earlier else ())
            if isinstance(item.result, Estimate)
            and any(
                self._by_few((item.result.numerator, item.result.denominator), release.cells.get(item.id))
                for release in self.earlier
            )
        )

    def _by_few(self, now: Cell, then: Cell | None) -> bool:
        """Compare what is counted, the whole and the rest."""
        if then is None:
            return False
        pairs = zip(_counts(now), _counts(then), strict=True)
        return any(a is not None and b is not None and self.small(a - b) for a, b in pairs)


def protecting(audit: AuditFile, ledger: Ledger, result: object, *, possible: Possible) -> Protection:
    """Put together what an audit file, earlier releases and the counts say of whom to protect.

    Parameters
    ----------
    audit
        The audit file.
    ledger
        What was published before.
    result
        The counts; only those of people name groups of which one source provides most.
    possible
        Works out which values a reader could still think possible.
    """
    one_source = result.one_source if isinstance(result, Tally) else ()
    return Protection(
        smallest_cell=audit.publication.smallest_cell, possible=possible,
        earlier=tuple(Release(created=one.created, cells=one.cells) for one in ledger.releases),
        sensitive=frozenset(audit.publication.sensitive),
        one_source=frozenset(
            (dimension, tuple(zip(dimension, group, strict=True))) for dimension, group in one_source
        ),
    )  # fmt: skip


def _counts(cell: Cell) -> tuple[int | None, int | None, int | None]:
    part, whole = cell
    return part, whole, None if part is None or whole is None else whole - part
