"""The feedback test of a person tool or an alert system: what it would need."""

from auditkit.definitions.checks import ToolType
from auditkit.results.feedback import Feedback

ONE_ROUND = "the audit file describes one round of scoring, and a loop needs several"
NO_LOOP_OF_ALERTS = "this version of auditkit does not model the loop of an alert system"
NO_SPLIT = "the history does not tell reported from discovered records in at least two areas"
NO_FEEDBACK = "the audit file has no [feedback] section with a [history] of how records came about"


def not_simulated(tool_type: ToolType, *, because: str) -> Feedback:
    """Say what the feedback test of this type of tool needs and does not have.

    References
    ----------
    Methods 6.7: the loop of a person score runs from score to supervision, recorded outcome and next score.
    """
    return Feedback(status="not_checked", because=because, needs=tool_type.feedback_needs)
