"""Check suites and tool types: which data checks run for which kind of tool."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from auditkit import bundled
from auditkit.definitions.records import Text
from auditkit.definitions.strict import Definition, parse, read_toml
from auditkit.errors import DefinitionError, Problem, closest, shown

Kind = Literal["person", "place", "alert"]
Severity = Literal["blocking", "serious", "note"]
Unit = Literal["share", "count", "people", "number", "date", "text"]
Reason = Literal["NE-SELECT", "NE-CENSOR", "NE-GROUP", "NE-TRUTH", "NE-SUPP", "NE-DATA"]


class Check(Definition):
    """One data check: facts gathered where the data are, judged by an expectation."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] = Field(
        description="a short name, in lower case."
    )
    table: Literal[
        "records", "areas", "history", "coverage", "events", "deployment", "benchmark", "resident_reports"
    ] = Field(description="the table it looks at.")
    needs: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        description="what must be declared; otherwise the check is not applicable."
    )
    facts: str = Field(description="the named query that gathers the facts.")
    expect: str = Field(description="the expectation that judges them.")
    args: dict[str, Any] = Field(description="the expectation's arguments.")
    unit: Unit = Field(description="what the judged value is.")
    severity: Severity = Field(description="'blocking', 'serious' or 'note'.")
    refuses: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="measures refused when it fails, or ['all']."
    )
    reason: Reason = Field("NE-DATA", description="the reason code that refused measures carry.")
    title: Text = Field(description="what is checked, in a few words.")
    why: Text = Field(description="why it matters, in plain words.")
    ask: Text = Field(description="what to ask the vendor.")
    source: Text = Field(description="where the check comes from.")

    @model_validator(mode="after")
    def _only_blocking_refuses(self) -> Self:
        if bool(self.refuses) != (self.severity == "blocking"):
            msg = f"check '{self.id}': a blocking check says what it refuses, and only a blocking check does"
            raise ValueError(msg)
        return self


class CheckSuite(Definition):
    """A file of checks."""

    check: Annotated[tuple[Check, ...], Field(strict=False, min_length=1)]


class ToolType(Definition):
    """What an audit of one type of tool consists of."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = Field(description="the name audit files use.")
    kind: Kind = Field(description="what a decision is about: 'person', 'place' or 'alert'.")
    unit: Text = Field(description="what one row of the main table is.")
    suites: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="check suites in checks/data/."
    )
    measures: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="metrics measured."
    )
    feedback_needs: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        description="what the feedback test would need."
    )
    caveats: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        description="sentences every report carries."
    )


def read_tool_type(name: str) -> ToolType:
    """Read a tool type by name."""
    path = bundled.folder("checks/tool_types") / f"{name}.toml"
    return parse(ToolType, read_toml(path, shown_as=path.name), shown_as=path.name)


def read_checks(suites: tuple[str, ...]) -> tuple[Check, ...]:
    """Read check suites by name; an id stands only once among them."""
    known = bundled.names("checks/data")
    checks: list[Check] = []
    problems: list[Problem] = []
    for suite in suites:
        if suite not in known:
            near = closest(suite, known)
            mend = f"Did you mean '{near}'?" if near else f"Suites: {shown(known)}."
            problems.append(Problem(where="checks/data", found=f"there is no suite '{suite}'.", mend=mend))
            continue
        path = bundled.folder("checks/data") / f"{suite}.toml"
        checks.extend(parse(CheckSuite, read_toml(path, shown_as=path.name), shown_as=path.name).check)
    ids = [check.id for check in checks]
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        mend = "Give each check an id of its own."
        problems.append(Problem(where="checks/data", found=f"the id '{repeated}' stands twice.", mend=mend))
    if problems:
        raise DefinitionError(problems)
    return tuple(checks)
