"""What an installation holds: everything it can measure, check, limit and write."""

from pathlib import Path

from babel import Locale

from auditkit import bundled
from auditkit.definitions.checks import read_checks, read_tool_type
from auditkit.definitions.policy import choose_policy
from auditkit.measure.known import all_measures
from auditkit.report.catalogues import CatalogueState, update
from auditkit.report.languages import available_languages


def catalogue() -> dict[str, dict[str, str]]:
    """Everything this installation can measure, check, limit and write, by kind and name."""
    tool_types = {name: read_tool_type(name) for name in bundled.names("checks/tool_types")}
    suites = tuple(dict.fromkeys(suite for kind in tool_types.values() for suite in kind.suites))
    policies = {
        name: choose_policy(name, beside=Path(), supplied_by="audit file", measures=frozenset(all_measures()))
        for name in bundled.names("checks/policies")
    }
    return {
        "metrics": all_measures(),
        "checks": {check.id: f"{check.severity}: {check.title}" for check in read_checks(suites)},
        "policies": {
            name: ", ".join(limit.id for limit in chosen.policy.limit) for name, chosen in policies.items()
        },
        "tool_types": {name: kind.unit for name, kind in tool_types.items()},
        "languages": {name: Locale.parse(name).english_name or name for name in available_languages()},
    }


def update_catalogues(language: str | None = None, *, out: Path | None = None) -> tuple[CatalogueState, ...]:
    """Gather the messages of reports, and bring the catalogue of a language, or of every language, up to them.

    Parameters
    ----------
    language
        Its code, such as `de`; a new one starts a catalogue. None for every language there is.
    out
        A file to write in place of the one that reports read.
    """
    return update(language, out=out)
