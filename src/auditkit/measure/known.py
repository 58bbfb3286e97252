"""Every measure that a policy may limit: of people, places and alerts, and those that an audit file declares."""

from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.checks import ToolType
from auditkit.errors import DefinitionError, Problem, closest, shown
from auditkit.measure.alerts import ALERT_MEASURES, ALERT_PARTS, action_measures
from auditkit.measure.catalogue import measures
from auditkit.measure.measuring import PARTS as PEOPLE_PARTS
from auditkit.measure.measuring import SEARCHES
from auditkit.measure.places import PARTS, PLACE_MEASURES
from auditkit.results.other_loops import OTHER_LOOP_MEASURES


def all_measures() -> dict[str, str]:
    """Every measure a policy may limit, of people, places and alerts, with its meaning."""
    return ALERT_MEASURES | measures() | PLACE_MEASURES | OTHER_LOOP_MEASURES


def declared_measures(audit: AuditFile) -> frozenset[str]:
    """Measures that exist because the audit file declares a denominator or an action.

    Such as `exposure_per_1000_calls_ratio` or `action_rate_stop`.
    """
    names = () if audit.areas is None else tuple(audit.areas.denominators)
    taken = () if audit.actions is None else tuple(audit.actions.taken)
    exposures = {
        f"exposure_per_1000_{name}{kind}" for name in names for kind in ("", "_difference", "_ratio")
    }
    benchmarks = () if audit.stops is None or audit.stops.benchmark is None else audit.stops.benchmark.counts
    stops = {f"stops_per_{name}{kind}_ratio" for name in benchmarks for kind in ("", "_within_areas")}
    return action_measures(taken) | exposures | stops


def check_measures(tool_type: ToolType) -> None:
    """Refuse a tool type that names what cannot be measured.

    Raises
    ------
    DefinitionError
        If it names what nothing measures.
    """
    people = (*measures(), *PLACE_MEASURES, *PEOPLE_PARTS, *SEARCHES)
    known = {"person": people, "place": PARTS, "alert": ALERT_PARTS}[tool_type.kind]
    unknown = [name for name in tool_type.measures if name not in known]
    if unknown:
        near = closest(unknown[0], known)
        hint = f"Did you mean '{near}'? " if near else ""
        mend = f"{hint}A tool type of kind '{tool_type.kind}' names some of: {shown(known)}."
        where = f"{tool_type.name}.toml measures"
        raise DefinitionError([Problem(where=where, found=f"nothing measures {shown(unknown)}.", mend=mend)])
