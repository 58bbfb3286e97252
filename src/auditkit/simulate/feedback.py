"""Why the feedback test was not made, and what it would need."""

from auditkit.definitions.checks import ToolType
from auditkit.results.feedback import Feedback
from auditkit.results.phrases import phrase

NO_PERSON_FEEDBACK = phrase(
    "the audit file has no [feedback] section that says how supervision changes what is recorded"
)
NO_ALERT_FEEDBACK = phrase(
    "the audit file has no [feedback] section that says how sites for sensors are chosen"
)
ALL_ALIKE = phrase("nobody is flagged, or everybody, or the source withheld how many")
NO_SPLIT = phrase("the history does not tell reported from discovered records in at least two areas")
NO_FEEDBACK = phrase("the audit file has no [feedback] section with a [history] of how records came about")


def not_simulated(tool_type: ToolType, *, because: str) -> Feedback:
    """Say what the feedback test of this type of tool needs and does not have.

    References
    ----------
    Methods 6.7: the loop of a person score runs from score to supervision, recorded outcome and next score.
    """
    return Feedback(status="not_checked", because=because, needs=tool_type.feedback_needs)
