"""A finished audit, as library users hold it."""

import html
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from auditkit.results.alerts import AlertTally
from auditkit.results.checks import RejectedData
from auditkit.results.document import AuditDocument
from auditkit.results.places import PlaceTally
from auditkit.results.tally import Tally

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Audit:
    """The result of an audit: what may be published, the files of its report, and the counts behind it."""

    document: AuditDocument
    """Everything publishable; `audit.json` is this document."""
    tally: Tally | PlaceTally | AlertTally | RejectedData = field(repr=False)
    """All counts, not to be published; or the checks that rejected the data."""
    files: dict[str, bytes] = field(repr=False)
    """The run folder: contents by relative path."""

    @property
    def recommendation(self) -> str:
        """`do_not_deploy`, `not_ready` or `ready_for_board_vote`."""
        return self.document.recommendation.code

    @property
    def exit_code(self) -> int:
        """What `--gate` exits with: 0, 1 (a required limit is not met) or 3 (it cannot be told)."""
        return {"do_not_deploy": 1, "not_ready": 3, "ready_for_board_vote": 0}[self.recommendation]

    def measurements_frame(self) -> "pd.DataFrame":
        """Return one row per measurement, with intervals as pairs of columns; what is withheld has no numbers."""
        return self._frames["measurements"]

    def checks_frame(self) -> "pd.DataFrame":
        """Return one row per data check."""
        return self._frames["checks"]

    def findings_frame(self) -> "pd.DataFrame":
        """Return one row per limit and dimension."""
        return self._frames["findings"]

    @cached_property
    def _frames(self) -> "dict[str, pd.DataFrame]":
        import pandas as pd

        from auditkit.results.tables import tables

        return {
            table.name: pd.DataFrame(table.rows, columns=list(table.columns))
            for table in tables(self.document)
        }

    def _repr_html_(self) -> str:
        document = self.document
        rows = "".join(
            f"<tr><td>{html.escape(finding.id)}</td><td>{finding.status}</td></tr>"
            for finding in document.findings
        )
        return (
            f"<h3>{html.escape(document.tool.name)}: {document.recommendation.code}</h3>"
            f"<table><thead><tr><th>limit</th><th>status</th></tr></thead><tbody>{rows}</tbody></table>"
        )
