"""The ledger of releases, with this one added."""

from auditkit.definitions.publication import Ledger, LedgerRelease
from auditkit.results.document import AuditDocument


def ledger_file(document: AuditDocument, earlier: Ledger) -> dict[str, bytes]:
    """Write the ledger that a board keeps once it has published this audit; it holds nothing that is withheld.

    An audit that is not for publication adds nothing and writes none.
    """
    if document.publication.note is not None:
        return {}
    release = release_of(document)
    return {
        "internal/ledger.json": Ledger(schema_version="1", releases=(*earlier.releases, release)).to_json()
    }


def with_previous(ledger: Ledger, previous: AuditDocument | None) -> Ledger:
    """Take the audit before for a release, whether or not a ledger names it: two audits side by side can be subtracted."""
    release = None if previous is None else release_of(previous)
    if release is None or any(_same(release, one) for one in ledger.releases):
        return ledger
    return Ledger(schema_version="1", releases=(*ledger.releases, release))


def release_of(document: AuditDocument) -> LedgerRelease:
    """List the counts that an audit shows."""
    cells = {
        item.id: (item.numerator, item.denominator)
        for item in document.measurements
        if item.numerator is not None or item.denominator is not None
    }
    return LedgerRelease(
        created=document.provenance.created,
        tool=document.tool.name,
        version=document.tool.version,
        cells=cells,
    )


def _same(one: LedgerRelease, other: LedgerRelease) -> bool:
    return (one.created, one.tool, one.version) == (other.created, other.tool, other.version)
