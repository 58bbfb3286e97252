"""The ledger of releases, with this one added."""

from auditkit.definitions.publication import Ledger, LedgerRelease
from auditkit.results.document import AuditDocument


def ledger_file(document: AuditDocument, earlier: Ledger) -> dict[str, bytes]:
    """Write the ledger that a board keeps once it has published this audit; it holds nothing that is withheld.

    An audit that is not for publication adds nothing and writes none.
    """
    if document.publication.note is not None:
        return {}
    cells = {
        item.id: (item.numerator, item.denominator)
        for item in document.measurements
        if item.numerator is not None or item.denominator is not None
    }
    release = LedgerRelease(
        created=document.provenance.created,
        tool=document.tool.name,
        version=document.tool.version,
        cells=cells,
    )
    return {
        "internal/ledger.json": Ledger(schema_version="1", releases=(*earlier.releases, release)).to_json()
    }
