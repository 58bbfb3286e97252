"""The feedback test of a tool: of a place tool where there is enough to make it, else what it would need."""

from collections.abc import Callable

import numpy as np

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.checks import ToolType
from auditkit.results.alerts import AlertTally
from auditkit.results.checks import RejectedData
from auditkit.results.feedback import Feedback
from auditkit.results.places import PlaceTally
from auditkit.results.tally import Tally
from auditkit.simulate.feedback import NO_FEEDBACK, NO_LOOP_OF_ALERTS, NO_SPLIT, ONE_ROUND, not_simulated
from auditkit.simulate.supplied import Brought, simulate_tool


def simulate_by_kind(
    tally: Tally | PlaceTally | AlertTally | RejectedData,
    audit: AuditFile,
    tool_type: ToolType,
    brought: Brought,
    *,
    rng: np.random.Generator,
    progress: Callable[[str], None],
) -> Feedback:
    """Run the feedback test, or say what it would need.

    References
    ----------
    Methods 6: the loops of places, of person scores and of alert systems.
    """
    if audit.kind != "place":
        return not_simulated(tool_type, because=ONE_ROUND if audit.kind == "person" else NO_LOOP_OF_ALERTS)
    if audit.feedback is None or not isinstance(tally, PlaceTally):
        return not_simulated(tool_type, because=NO_FEEDBACK)
    found = simulate_tool(
        tally, audit.feedback, brought, rng=rng, progress=progress, decision=audit.records.decision,
        period=audit.records.period,
    )  # fmt: skip
    return found or not_simulated(tool_type, because=NO_SPLIT)
