"""Judging the feedback test.

References
----------
Methods 6.3: verdicts on a loop; 6.6: every figure is conditional on an assumed truth.
"""

from typing import Literal

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import FEEDBACK_VERDICT, Limit, Policy
from auditkit.judge.families import applicable
from auditkit.judge.other_loops import other_verdict
from auditkit.results.feedback import Feedback, Scenario
from auditkit.results.findings import Verdict

LoopVerdict = Literal[
    "runaway", "history_dependent", "non_correcting", "distorted", "no_material_amplification", "cannot_tell",
    "cannot_be_estimated",
]  # fmt: skip
ADVERSE: tuple[LoopVerdict, ...] = ("runaway", "history_dependent", "non_correcting", "distorted")


def loop_verdict(feedback: Feedback, limit: Limit) -> LoopVerdict | None:
    """Say what the feedback test shows, over all scenarios of the assumed truth; None where it was not made.

    A verdict holds only if it holds in every scenario. Without an assumed truth nothing can be estimated.
    """
    if feedback.status != "measured":
        return None
    if (other := other_verdict(feedback)) is not None:
        return other
    if not feedback.scenarios:
        return "cannot_be_estimated"
    kinds = [_kind(scenario, float(limit.tolerance_log_odds or 0)) for scenario in feedback.scenarios]
    noise = feedback.null_variance_ratio
    quiet = noise is not None and noise <= limit.null_variance_at_most
    found: LoopVerdict = "cannot_tell"
    if all(kind == "no_material_amplification" for kind in kinds) and quiet:
        found = "no_material_amplification"
    elif all(kind in ADVERSE for kind in kinds):
        found = next(kind for kind in ADVERSE if kind in kinds)
    return found


def _kind(scenario: Scenario, tolerance: float) -> LoopVerdict:
    if scenario.structure != "one_resting_point":
        return scenario.structure
    if scenario.log_odds is None:
        return "cannot_tell"
    return "distorted" if abs(scenario.log_odds) > tolerance else "no_material_amplification"


def loop_status(verdict: LoopVerdict | None) -> Verdict:
    """Turn a verdict on a loop into the status of a limit."""
    if verdict is None:
        return "not_checked"
    if verdict in ADVERSE:
        return "does_not_meet"
    return "meets" if verdict == "no_material_amplification" else "cannot_tell"


def loop_of_policy(
    feedback: Feedback, policy: Policy, audit: AuditFile
) -> tuple[LoopVerdict | None, float | None]:
    """Return the verdict under the policy's own tolerance, and that tolerance; nothing without such a limit."""
    for limit in applicable(policy, audit):
        if limit.measure == FEEDBACK_VERDICT:
            return loop_verdict(feedback, limit), float(limit.tolerance_log_odds or 0)
    return None, None
