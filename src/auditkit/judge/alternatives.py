"""Whether a rule was found that serves the same need with less disparity; which gap that is about, where nobody said."""

from collections.abc import Mapping
from typing import get_args

from auditkit.definitions.alternatives import Disparity
from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Policy
from auditkit.judge.families import applicable
from auditkit.results.alternatives import Aim, AlternativesVerdict, Candidate, Claim
from auditkit.results.measurements import Estimate, Measurement, Measurements, Result

EVERYWHERE = "*"
Limits = tuple[float | None, float | None]


def with_aim(audit: AuditFile, policy: Policy) -> AuditFile:
    """Fill in which gap is to become smaller: that of the policy's first required limit on one.

    Where the limit holds in every way of dividing people, the first declared one is meant.
    """
    chosen = audit.alternatives
    if chosen is None or chosen.disparity is not None:
        return audit
    known = get_args(Disparity)
    limits = [limit for limit in applicable(policy, audit) if limit.required and limit.measure in known]
    if not limits:
        return audit
    names = ["+".join(dimension) for dimension in audit.dimensions]
    by = chosen.by or (limits[0].dimension if limits[0].dimension in names else None)
    filled = chosen.model_copy(update={"disparity": limits[0].measure, "by": by})
    return audit.model_copy(update={"alternatives": filled})


def judge_alternatives(measurements: Measurements, *, orientation: str) -> AlternativesVerdict | None:
    """Say of each rule whether it was shown to be an alternative, and what follows from all of them.

    A rule is one where three things were shown together: the need is served as well, but for the tolerated loss; the
    gap is smaller by the declared share; about as many people are flagged. Only the shortlist can show that, at the
    joint level. A rule is ruled out where one of the three was shown not to hold. That none was found takes that all
    are ruled out; if one were an alternative, it would have to be among those that were ruled out wrongly.
    """
    found = measurements.alternatives
    if found is None:
        return None
    if found.reason is not None:
        return AlternativesVerdict(verdict="not_estimable", claims=())
    by_rule: dict[str, dict[str, Measurement]] = {}
    for item in measurements.items:
        if item.stratum is not None and item.metric.startswith("alternative_"):
            by_rule.setdefault(item.stratum, {})[item.metric] = item
    claims = tuple(
        _claim(candidate, by_rule[candidate.stratum], found.aim, burden=orientation == "burden")
        for candidate in found.candidates[1:]
    )
    if "shown" in claims:
        return AlternativesVerdict(verdict="exists", claims=claims)
    ruled_out = all(claim == "ruled_out" for claim in claims)
    return AlternativesVerdict(verdict="none_found" if ruled_out else "cannot_tell", claims=claims)


def _claim(candidate: Candidate, items: Mapping[str, Measurement], aim: Aim, *, burden: bool) -> Claim:
    rate = aim.disparity.rpartition("_")[0]
    flags = items["alternative_flags_ratio"].result
    least = {
        "gain": (items[f"alternative_{aim.utility}_gain"].result, -aim.tolerated_loss),
        "gap": (items[f"alternative_{rate}_gap_margin"].result, 0.0),
    }
    joint = [_above(_joint(result), limit) for result, limit in least.values()]
    alone = [_above(_alone(result), limit) for result, limit in least.values()]
    if burden:
        joint.append(_below(_joint(flags), 1 + aim.flags_within))
        alone.append(_below(_alone(flags), 1 + aim.flags_within))
    else:
        joint.append(_above(_joint(flags), 1 - aim.flags_within))
        alone.append(_above(_alone(flags), 1 - aim.flags_within))
    if candidate.shortlisted and all(side is True for side in joint):
        return "shown"
    return "ruled_out" if any(side is False for side in alone) else "open"


def _joint(result: Result) -> Limits:
    if not isinstance(result, Estimate):
        return None, None
    return result.interval_family or result.interval or (None, None)


def _alone(result: Result) -> Limits:
    return (result.interval or (None, None)) if isinstance(result, Estimate) else (None, None)


def _above(limits: Limits, limit: float) -> bool | None:
    """Tell whether a range lies above a limit: yes, no, or neither."""
    low, high = limits
    if low is not None and low > limit:
        return True
    return False if high is not None and high < limit else None


def _below(limits: Limits, limit: float) -> bool | None:
    above = _above(limits, limit)
    return None if above is None else not above
