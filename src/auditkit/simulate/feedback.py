"""The feedback test: whether the tool would learn from records that its own use produced."""

from auditkit.definitions.checks import ToolType
from auditkit.results.findings import Feedback


def simulate(tool_type: ToolType) -> Feedback:
    """Say what the feedback test of this type of tool needs and does not have.

    References
    ----------
    Methods 6.7: the loop of a person score runs from score to supervision, recorded outcome and next score.
    """
    because = "the audit file describes one round of scoring, and a loop needs several"
    return Feedback(status="not_checked", because=because, needs=tool_type.feedback_needs)
