"""Which comparisons are judged together: declared from the policy before anything is measured."""

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.policy import Limit, Policy
from auditkit.judge.alerts import alert_dimensions
from auditkit.results.measurements import Family
from auditkit.results.other_loops import LOOP
from auditkit.results.tally import ELSEWHERE

LEVEL = 0.95
OF_PLACES = (("rule",), ("area",))
"""Dimensions of place tools besides groups of residents: rules that flag, and areas."""


AREA = ("area",)
"""Where people were scored; each area is compared with all others together."""


def applicable(policy: Policy, audit: AuditFile) -> tuple[Limit, ...]:
    """Limits for this type of tool and this orientation."""
    tool = audit.tool
    return tuple(
        limit
        for limit in policy.limit
        if {tool.type, audit.kind} & {*limit.tool_types} and limit.orientation in {None, tool.orientation}
    )


def dimensions(limit: Limit, audit: AuditFile) -> tuple[tuple[str, ...], ...]:
    """Dimensions of the audit that a limit applies to."""
    if limit.dimension == "loop":
        return (LOOP,)
    if audit.kind == "alert":
        return alert_dimensions(limit, audit)
    if limit.dimension == "*":
        return audit.dimensions
    named = tuple(limit.dimension.split("+"))
    known = {*audit.dimensions, *(OF_PLACES if audit.areas else ())}
    if audit.kind != "place" and audit.records.area is not None:
        known |= {AREA}
    return (named,) if named in known else ()


def reference_of(dimension: tuple[str, ...], audit: AuditFile) -> tuple[str, ...] | None:
    """Return the group that a dimension's others are compared with."""
    if dimension == AREA and AREA not in audit.dimensions and audit.kind != "place":
        return (ELSEWHERE,)
    return audit.reference(dimension) if dimension in audit.dimensions else None


def declare_marks(policy: Policy, audit: AuditFile) -> dict[tuple[str, tuple[str, ...]], tuple[float, ...]]:
    """Name the values at which a measure's reading changes by the policy; whether they are crossed is judged later.

    Between two groups neither of which is the reference a limit holds both ways, and so it has a mirrored mark.
    """
    found: dict[tuple[str, tuple[str, ...]], tuple[float, ...]] = {}
    for limit in applicable(policy, audit):
        for where in dimensions(limit, audit):
            both = limit.compare == "all_pairs" or reference_of(where, audit) is None
            ends = [float(end) for end in (limit.at_least, limit.at_most) if end is not None]
            ratio = limit.measure.endswith("_ratio")
            mirrored = [1 / end if ratio else -end for end in ends if both and (end or not ratio)]
            before = found.get((limit.measure, where), ())
            found[limit.measure, where] = tuple(sorted({*before, *ends, *mirrored}))
    return found


def declare_families(policy: Policy, audit: AuditFile) -> tuple[Family, ...]:
    """Declare the families of a policy.

    A family is a metric in one dimension under one mode of comparison. Control over the policy is Bonferroni over its
    required families. Where limits ask for both modes, the family is all pairs, which contains the other.
    """
    wanted = [(limit, where) for limit in applicable(policy, audit) for where in dimensions(limit, audit)]
    required = {(limit.measure, where) for limit, where in wanted if limit.required}
    joint = 1 - (1 - LEVEL) / max(1, len(required))
    families: dict[tuple[str, tuple[str, ...]], Family] = {}
    for limit, where in wanted:
        key = (limit.measure, where)
        before = families.get(key)
        mode = "all_pairs" if before and before.compare == "all_pairs" else limit.compare
        level = joint if key in required else LEVEL
        families[key] = Family(metric=limit.measure, dimension=where, compare=mode, level=level)
    return tuple(families.values())
