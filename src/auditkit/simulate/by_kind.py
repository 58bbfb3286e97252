"""The feedback test of a tool: of a place tool where there is enough to make it, else what it would need."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.checks import ToolType
from auditkit.definitions.loops import AlertFeedback, PersonFeedback
from auditkit.definitions.places import FeedbackChoice
from auditkit.results.alerts import AlertTally
from auditkit.results.checks import RejectedData
from auditkit.results.feedback import Feedback
from auditkit.results.measurements import Family
from auditkit.results.places import PlaceTally
from auditkit.results.tally import Tally
from auditkit.simulate.alerts import simulate_alerts
from auditkit.simulate.feedback import (
    ALL_ALIKE,
    NO_ALERT_FEEDBACK,
    NO_FEEDBACK,
    NO_PERSON_FEEDBACK,
    NO_SPLIT,
    not_simulated,
)
from auditkit.simulate.logs import examine_logs
from auditkit.simulate.people import simulate_people
from auditkit.simulate.supplied import Brought, simulate_tool


def simulate_by_kind(  # noqa: PLR0913  # what another stage made, and what the loop brings with it
    tally: Tally | PlaceTally | AlertTally | RejectedData,
    audit: AuditFile,
    tool_type: ToolType,
    brought: Brought,
    *,
    families: tuple[Family, ...] = (),
    rng: np.random.Generator,
    progress: Callable[[str], None],
) -> Feedback:
    """Run the feedback test, or say what it would need; and test the logs of a tool in use, where they are given.

    References
    ----------
    Methods 6: the loops of places, of person scores and of alert systems; 6.9: logs.
    """
    found = _loop(tally, audit, brought, families=families, rng=rng, progress=progress)
    feedback = not_simulated(tool_type, because=found) if isinstance(found, str) else found
    logs = tally.logs if isinstance(tally, PlaceTally | AlertTally) else None
    if logs is None or audit.deployment is None:
        return feedback
    progress("logs of the tool in use")
    return replace(feedback, logs=examine_logs(logs, audit.deployment, families=families))


def _loop(
    tally: Tally | PlaceTally | AlertTally | RejectedData,
    audit: AuditFile,
    brought: Brought,
    *,
    families: tuple[Family, ...],
    rng: np.random.Generator,
    progress: Callable[[str], None],
) -> Feedback | str:
    """Run the loop of this kind of tool, or say why it was not made."""
    choice = audit.feedback
    measured = partial(Feedback, status="measured", because="", needs=())
    if isinstance(tally, Tally) and isinstance(choice, PersonFeedback):
        person = simulate_people(tally, choice, rng=rng, progress=progress)
        return measured(person=person) if person else ALL_ALIKE
    if isinstance(tally, AlertTally) and isinstance(choice, AlertFeedback):
        alert = simulate_alerts(tally, choice, rng=rng, progress=progress, families=families)
        return measured(alert=alert)
    if isinstance(tally, PlaceTally) and isinstance(choice, FeedbackChoice):
        records = audit.records
        found = simulate_tool(
            tally,
            choice,
            brought,
            rng=rng,
            progress=progress,
            decision=records.decision,
            period=records.period,
        )
        return found or NO_SPLIT
    return {"person": NO_PERSON_FEEDBACK, "alert": NO_ALERT_FEEDBACK, "place": NO_FEEDBACK}[audit.kind]
