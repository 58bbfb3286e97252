#!/usr/bin/env python3
"""Writes `docs/reference/` from the code, so that it says what the code does: `make docs`.

A test compares the pages with what this script would write.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from typer.testing import CliRunner

from auditkit import bundled
from auditkit.cli.app import app
from auditkit.definitions.audit_file import AuditFile
from auditkit.definitions.checks import read_checks, read_tool_type
from auditkit.definitions.policy import Limit, Policy, choose_policy
from auditkit.measure.alerts import ALERT_MEASURES
from auditkit.measure.catalogue import measures
from auditkit.measure.places import PLACE_MEASURES
from auditkit.measure.registry import COMPARISONS, RATES
from auditkit.results.other_loops import OTHER_LOOP_MEASURES

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/generate.py from the code. Do not edit: run `make docs`. -->"


def pages() -> dict[str, str]:
    """Return the reference, page by page."""
    return {
        "audit_file.md": audit_file(),
        "checks.md": checks(),
        "commands.md": commands(),
        "metrics.md": metrics(),
        "policies.md": policies(),
    }


def page(title: str, *parts: str) -> str:
    """Put a page together."""
    return "\n\n".join((f"# {title}", NOTE, *parts)) + "\n"


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Write a table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def help_text(*words: str) -> str:
    """Return what a command prints about itself."""
    result = CliRunner().invoke(app, [*words, "--help"], prog_name="auditkit", terminal_width=80)
    return "\n".join(line.rstrip() for line in result.output.strip().splitlines())


def command_names() -> tuple[str, ...]:
    """Return the commands in the order of their help."""
    return tuple(command.name for command in app.registered_commands if command.name)


def commands() -> str:
    """Write the help of every command."""
    intro = (
        "Exit codes are the same for every command: 0 done, also for rejected data; 2 bad usage or unusable input. "
        "With `--gate` also 1 (a required limit is not met) and 3 (it cannot be told, was not checked, or the data "
        "were rejected)."
    )
    parts = [f"## auditkit\n\n```text\n{help_text()}\n```"]
    parts += [f"## auditkit {name}\n\n```text\n{help_text(name)}\n```" for name in command_names()]
    return page("Commands", intro, *parts)


def metrics() -> str:
    """Write every measure that a policy may limit."""
    known = measures()
    rates = [
        (f"`{name}`", known[name], ", ".join(RATES[name].counted), ", ".join(RATES[name].among))
        for name in RATES
    ]
    derived = {f"{name}_{kind}" for name in RATES for kind in (*COMPARISONS, "range")}
    others = [(f"`{name}`", known[name]) for name in known if name not in {*RATES, *derived}]
    compared = [(f"`{name}_{kind}`", meaning) for name in ("RATE",) for kind, meaning in COMPARISONS.items()]
    compared.append(("`RATE_range`", "largest minus smallest rate of the groups that have a figure"))
    cells = (
        "Cells: tn not flagged, outcome absent; fp flagged, outcome absent; fn not flagged, outcome present; "
        "tp flagged, outcome present."
    )
    return page(
        "Metrics",
        "A policy may limit any of these. What they say, and what they cannot say: [rates](../methods/rates.md) and "
        "[comparisons](../methods/comparisons.md).",
        "## Rates of one group",
        table(("metric", "meaning", "counted", "among"), rates),
        cells,
        "## Comparisons of every rate",
        "Put the name of a rate in place of `RATE`.",
        table(("metric", "meaning"), compared),
        "## Others",
        table(("metric", "meaning"), others),
        "## Places",
        "A declared denominator `NAME` adds `exposure_per_1000_NAME`, its difference and its ratio.",
        table(("metric", "meaning"), [(f"`{name}`", meaning) for name, meaning in PLACE_MEASURES.items()]),
        "## Alerts",
        "A declared action `NAME` adds `action_rate_NAME`, its difference, ratio and range. Residents have the "
        "measures of exposure above.",
        table(("metric", "meaning"), [(f"`{name}`", meaning) for name, meaning in ALERT_MEASURES.items()]),
        "## Loops of persons and alerts, and logs",
        "Those about a loop as a whole have the dimension `loop`; the others compare groups.",
        table(
            ("metric", "meaning"), [(f"`{name}`", meaning) for name, meaning in OTHER_LOOP_MEASURES.items()]
        ),
    )


def audit_file() -> str:
    """Write every key that an audit file may hold."""
    intro = (
        "Keys in bold must be given where their section is. "
        "`auditkit schema audit` prints the same for programs; `auditkit new` writes a file to start from."
    )
    parts = [
        part
        for name, field in AuditFile.model_fields.items()
        for kind in _sections(field.annotation)
        for part in _section(_written_as(name, kind), kind, level=2)
    ]
    return page("The audit file", intro, *parts)


def _written_as(name: str, kind: type[BaseModel]) -> str:
    if name in {"groups", "inferred"}:
        return "[groups.NAME]" + (" with probabilities" if name == "inferred" else "")
    if name in {"intersections", "question"}:
        return f"[[{name}]]"
    return f"[{name}]" + (f" ({kind.__name__})" if name == "feedback" else "")


def _section(title: str, kind: type[BaseModel], *, level: int) -> Iterator[str]:
    """Write one section: its keys, then the tables among them."""
    rows, inner = [], []
    for key, field in kind.model_fields.items():
        default = "" if field.is_required() or field.default_factory else _default(field.default)
        name = f"**`{key}`**" if field.is_required() else f"`{key}`"
        rows.append((name, field.description or "", default))
        inner += [(key, model) for model in _sections(field.annotation)]
    yield f"{'#' * level} {title}\n\n{(kind.__doc__ or '').splitlines()[0]}"
    yield table(("key", "meaning", "default"), rows)
    for key, model in inner:
        yield from _section(f"{title} {key}", model, level=level + 1)


def _default(value: object) -> str:
    return "" if value is None or value == () or isinstance(value, BaseModel) else f"`{value}`"


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the sections that the type of a key holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _sections(part)


def checks() -> str:
    """Write every data check of every tool type."""
    parts = []
    for name in bundled.names("checks/tool_types"):
        kind = read_tool_type(name)
        parts.append(f"## Tool type `{name}`: one row is {kind.unit}")
        for check in read_checks(kind.suites):
            refuses = (
                f" When it fails it refuses: {', '.join(f'`{one}`' for one in check.refuses)}."
                if check.refuses
                else ""
            )
            parts.append(
                f"### {check.id}\n\n**{check.title}** ({check.severity}; {check.source})\n\n"
                f"Why: {check.why}\n\nAsk the vendor: {check.ask}\n\n"
                f"Needs: {', '.join(f'`{need}`' for need in check.needs)}; looks at `{check.facts}`.{refuses}"
            )
    return page("Data checks", "How to read them: [data checks](../methods/data_checks.md).", *parts)


def policies() -> str:
    """Write every policy with its limits."""
    parts = []
    for name in bundled.names("checks/policies"):
        known = frozenset(measures() | PLACE_MEASURES | ALERT_MEASURES)
        policy = choose_policy(name, beside=Path(), supplied_by="audit file", measures=known).policy
        parts.append(_policy(policy))
        parts += [_limit(limit) for limit in policy.limit]
    return page("Policies", "How to write one: [write a policy](../how_to/write_a_policy.md).", *parts)


def _policy(policy: Policy) -> str:
    share = (
        f" Groups below {policy.minimum_share:g} of everyone are not compared."
        if policy.minimum_share
        else ""
    )
    advice = (
        "" if any(limit.required for limit in policy.limit) else " It requires nothing, so no advice follows."
    )
    return (
        f"## {policy.name}\n\nVersion {policy.version}. Rates on fewer than {policy.minimum_n} people are not estimated."
        f"{share} Interval for ratios: {policy.ratio_interval}. Ratio to be found: {policy.detect_ratio:g}.{advice}"
    )


def _limit(limit: Limit) -> str:
    low = None if limit.at_least is None else f"at least {limit.at_least:g}"
    high = None if limit.at_most is None else f"at most {limit.at_most:g}"
    bounds = " and ".join(bound for bound in (low, high) if bound)
    where = "every dimension" if limit.dimension == "*" else limit.dimension
    needed = "required" if limit.required else "for information"
    when = f"where a flag is a {limit.orientation}" if limit.orientation else "whatever a flag means"
    compared = f"{where}, compared by {limit.compare.replace('_', ' ')}"
    kinds = f"for tools of type {' and '.join(limit.tool_types)}"
    judged = "the number alone, without regard to chance" if limit.judged_by == "value" else ""
    parts = (f"`{limit.measure}`", bounds, judged, compared, needed, kinds, when)
    return (
        f"### {limit.id}\n\n{'; '.join(part for part in parts if part)}.\n\n"
        f"Why: {limit.why}\n\nScope: {limit.scope}.\n\nSource: {limit.source}."
    )


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"Wrote docs/reference/{name}\n")


if __name__ == "__main__":
    main()
