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
    "cannot_be_estimated", "cannot_be_rerun",
]  # fmt: skip
ADVERSE: tuple[LoopVerdict, ...] = ("runaway", "history_dependent", "non_correcting", "distorted")


def loop_verdict(feedback: Feedback, limit: Limit) -> LoopVerdict | None:
    """Say what the feedback test shows, over all scenarios of the assumed truth; None where it was not made.

    A verdict on drift holds only if it holds in every scenario, and over the whole interval of drawn rates. Other
    starts and a head start are played under the middle assumption alone. Without an assumed truth nothing can be
    estimated.
    """
    if feedback.status != "measured":
        return "cannot_be_rerun" if feedback.reason == "NE-RERUN" else None
    if (other := other_verdict(feedback)) is not None:
        return other
    if not feedback.scenarios:
        return "cannot_be_estimated"
    tolerance = float(limit.tolerance_log_odds or 0)
    kinds = {*(_kind(scenario, tolerance) for scenario in feedback.scenarios), *_drawn(feedback, tolerance)}
    lasting = _lasting(feedback, tolerance)
    found: LoopVerdict = "cannot_tell"
    if lasting or all(kind in ADVERSE for kind in kinds):
        found = next(kind for kind in ADVERSE if kind in kinds | lasting)
    elif kinds == {"no_material_amplification"} and _quiet(feedback, limit):
        found = "no_material_amplification"
    return found


def _kind(scenario: Scenario, tolerance: float) -> LoopVerdict:
    if scenario.structure != "one_resting_point":
        return scenario.structure
    if scenario.log_odds is None:
        return "cannot_tell"
    return _against(scenario.log_odds_interval or (scenario.log_odds, scenario.log_odds), tolerance)


def _against(interval: tuple[float, float], tolerance: float) -> LoopVerdict:
    """Hold an interval of log odds against the tolerance around 0; at the tolerance is within it."""
    low, high = interval
    if low > tolerance or high < -tolerance:
        return "distorted"
    return "no_material_amplification" if -tolerance <= low and high <= tolerance else "cannot_tell"


def _drawn(feedback: Feedback, tolerance: float) -> set[LoopVerdict]:
    """Judge the drift where rates are drawn from their ranges; only a loop that rests inside has one."""
    return set() if feedback.parameters is None else {_against(feedback.parameters, tolerance)}


def _lasting(feedback: Feedback, tolerance: float) -> set[LoopVerdict]:
    """Say whether other starts end elsewhere, and whether a head start is kept."""
    found: set[LoopVerdict] = set()
    apart = [start.log_odds_apart for start in feedback.starts if start.log_odds_apart is not None]
    if any(_against(span[1:], tolerance) == "distorted" for span in apart):
        found.add("history_dependent")
    if (
        feedback.head_start_left is not None
        and feedback.head_start_left[2] >= 1
        and feedback.head_start_left[1] > 0
    ):
        found.add("non_correcting")
    return found


def _quiet(feedback: Feedback, limit: Limit) -> bool:
    """Tell whether the loop adds little noise to areas that are all equal, over the whole interval."""
    noise = feedback.null_variance_ratio
    if noise is None or None in feedback.null:
        return False
    highest = [span[2] for span in feedback.null if span is not None]
    return max(highest, default=noise) <= limit.null_variance_at_most


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
