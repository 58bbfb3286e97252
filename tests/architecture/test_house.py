"""Rules of the house that nobody should have to remember."""

import ast
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import auditkit
from auditkit import bundled, overview
from auditkit.errors import AuditKitError
from auditkit.measure import catalogue, registry

Write = Callable[..., Path]
SOURCE = Path(auditkit.__file__).parent
CHECKS, TEMPLATES = bundled.folder("checks"), bundled.folder("report_templates")
CELLS = {"A": (400, 100, 80, 120), "B": (300, 100, 80, 120)}
HEAVY = {
    "great_expectations", "fairlearn", "sklearn", "pandas", "numpy", "scipy", "ibis", "duckdb", "matplotlib", "pyarrow",
}  # fmt: skip


def python(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


# How large, how named, how light


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {
        str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8").count("\n")
        for path in SOURCE.rglob("*.py")
    }

    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_the_public_names_are_what_the_library_offers() -> None:
    code = """
import types, auditkit
offered = {name: getattr(auditkit, name) for name in auditkit.__all__}
found = {n for n, v in vars(auditkit).items() if not n.startswith("_") and not isinstance(v, types.ModuleType)}
print(sorted(found - set(auditkit.__all__) - {"TYPE_CHECKING", "Any"}), auditkit.__all__ == sorted(auditkit.__all__))
print(all(value.__module__.startswith("auditkit.") and value.__doc__ for value in offered.values()))
"""
    assert python("-c", code).stdout.split("\n")[:2] == ["[] True", "True"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'auditkit' has no attribute 'audit'"):
        getattr(auditkit, "audit")  # noqa: B009  # a plain attribute is refused by the type checker already


def imported(*arguments: str) -> set[str]:
    done = python("-X", "importtime", *arguments)
    assert done.returncode == 0, done.stderr
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


def test_importing_auditkit_loads_nothing_heavy() -> None:
    assert imported("-c", "import auditkit") & HEAVY == set()


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("new", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert imported("-m", "auditkit", *arguments) & HEAVY == set()


def audit_without(library: str, folder: Path, write_confusion: Write) -> str:
    """Run a whole audit in a process in which a library cannot be imported, and return its last words."""
    path = write_confusion(folder, CELLS)
    code = f"import sys; sys.modules[{library!r}] = None; import auditkit; auditkit.run_audit({str(path)!r})"
    done = python("-W", "ignore", "-c", code)
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1]


def test_audit_needs_great_expectations(tmp_path: Path, write_confusion: Write) -> None:
    assert re.match(
        r"(ModuleNotFound|Import)Error: .*great_expectations",
        audit_without("great_expectations", tmp_path, write_confusion),
    )


def test_audit_needs_fairlearn(tmp_path: Path, write_confusion: Write) -> None:
    assert re.match(
        r"(ModuleNotFound|Import)Error: .*fairlearn", audit_without("fairlearn", tmp_path, write_confusion)
    )


def test_audit_needs_jinja2(tmp_path: Path, write_confusion: Write) -> None:
    assert re.match(
        r"(ModuleNotFound|Import)Error: .*jinja2", audit_without("jinja2", tmp_path, write_confusion)
    )


def test_audit_needs_sklearn(tmp_path: Path, write_confusion: Write) -> None:
    assert re.match(
        r"(ModuleNotFound|Import)Error: .*sklearn", audit_without("sklearn", tmp_path, write_confusion)
    )


def test_audit_needs_pandas(tmp_path: Path, write_confusion: Write) -> None:
    assert re.match(
        r"(ModuleNotFound|Import)Error: .*pandas", audit_without("pandas", tmp_path, write_confusion)
    )


# Sources and words


def functions(package: str) -> Iterator[tuple[str, str]]:
    """Public functions of a package with their docstrings."""
    root = importlib.import_module(package)
    for info in pkgutil.iter_modules(root.__path__, f"{package}."):
        for name, member in inspect.getmembers(importlib.import_module(info.name), inspect.isfunction):
            if member.__module__ == info.name and not name.startswith("_"):
                yield f"{info.name}.{name}", inspect.getdoc(member) or ""


def has_references(doc: str) -> bool:
    return re.search(r"^References\n-{10}\n\S", doc, re.MULTILINE) is not None


def test_every_statistical_function_names_its_source() -> None:
    found = dict(functions("auditkit.statistics"))

    assert "auditkit.statistics.intervals.wilson" in found
    assert [name for name, doc in found.items() if not has_references(doc)] == []


def test_every_metric_names_its_source() -> None:
    catalogue.measures()

    assert len(registry.RATES) >= 7
    assert [
        name
        for name, metric in registry.RATES.items()
        if not has_references(inspect.getdoc(metric.point) or "")
    ] == []


FORBIDDEN = re.compile(
    r"\b(debias\w*|unbiased|neutral\w*|objective\w*|solv(e|es|ed|ing)|solutions?|is fair|are fair|proves?|proven)\b",
    re.IGNORECASE,
)


def texts(value: Any) -> Iterator[str]:
    """Every text in what a TOML file holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def declarations() -> dict[str, dict[str, Any]]:
    return {
        str(path.relative_to(CHECKS)): tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(CHECKS.rglob("*.toml"))
    }


def test_no_declaration_promises_too_much() -> None:
    found = {
        (name, match.group())
        for name, content in declarations().items()
        for text in texts(content)
        for match in FORBIDDEN.finditer(text)
    }

    assert found == set()


def test_no_template_promises_too_much() -> None:
    found = {
        (path.name, match.group())
        for path in TEMPLATES.rglob("*.j2")
        for match in FORBIDDEN.finditer(path.read_text(encoding="utf-8"))
    }

    assert found == set()


def test_no_translation_source_promises_too_much() -> None:
    for path in TEMPLATES.rglob("en/**/*.po"):
        assert not FORBIDDEN.search(path.read_text(encoding="utf-8"))


def long_sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.?!:])\s+", text) if len(sentence.split()) > 25]


def plain_words() -> Iterator[tuple[str, str]]:
    for name, content in declarations().items():
        for block in (*content.get("check", ()), *content.get("limit", ())):
            yield from ((f"{name} {block['id']} {key}", block[key]) for key in ("why", "ask") if key in block)
        yield from ((f"{name} caveat", caveat) for caveat in content.get("caveats", ()))


def test_why_and_what_to_ask_are_said_in_sentences_of_at_most_25_words() -> None:
    found = dict(plain_words())

    assert len(found) > 30
    assert {where: long for where, text in found.items() if (long := long_sentences(text))} == {}


def test_every_limit_of_a_policy_has_a_scope_and_a_source() -> None:
    limits = [
        (name, limit)
        for name, content in declarations().items()
        if "policies" in name
        for limit in content["limit"]
    ]

    assert len(limits) >= 6
    assert [(name, limit["id"]) for name, limit in limits if not (limit["scope"] and limit["source"])] == []


def test_no_limit_stands_in_the_code_that_judges() -> None:
    """Policies hold the limits; the verdicts hold none of the usual ones."""
    numbers = {
        (path.name, node.value)
        for path in (SOURCE / "judge").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and not isinstance(node.value, bool)
    }

    names = {number for number in numbers if number[1] not in {0.0, 1.0}}
    assert names <= {("families.py", 0.95)}, "0.95 is the joint level; 0 and 1 are equality and nothing"


# Adding things: one place each


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hand out a copy of the data folders that auditors edit, in use."""
    root = tmp_path / "data"
    for name in ("checks", "report_templates", "examples"):
        shutil.copytree(bundled.folder(name), root / name)
    monkeypatch.setattr("auditkit.bundled.ROOT", root)
    return root


CHECK = """
[[check]]
id = "at-least-a-thousand"
table = "records"
needs = ["groups.*"]
facts = "group_sizes"
expect = "expect_column_values_to_be_between"
args = { column = "value", min_value = 1000 }
unit = "people"
severity = "serious"
title = "Every group has a thousand people"
why = "The council asked for it."
ask = "Where are the others?"
source = "council vote of 3 March"
"""


def test_a_check_is_added_by_one_block(data: Path, tmp_path: Path, write_confusion: Write) -> None:
    with (data / "checks/data/people.toml").open("a") as file:
        file.write(CHECK)

    audit = auditkit.run_audit(write_confusion(tmp_path, CELLS))

    (added,) = [check for check in audit.document.checks if check.id == "at-least-a-thousand"]
    assert added.status == "failed"
    assert [(fact.item, fact.value) for fact in added.observed] == [("race = A", 700.0), ("race = B", 600.0)]
    assert "Where are the others?" in audit.files["report.en.html"].decode()


POLICY = """
name = "ours"
version = "2"
[[limit]]
id = "never-more-than-half"
measure = "selection_rate"
compare = "each"
at_most = 0.5
required = true
scope = "this city"
source = "council vote of 3 March"
why = "The council wants no more than half of any group flagged."
"""


def test_a_policy_is_added_by_one_file(data: Path, tmp_path: Path, write_confusion: Write) -> None:
    (data / "checks/policies/ours.toml").write_text(POLICY)

    audit = auditkit.run_audit(write_confusion(tmp_path, CELLS, policy={"use": "ours"}))

    # flagged: A 220 of 700, B 220 of 600; both ranges lie well below one half
    assert [(finding.id, finding.status) for finding in audit.document.findings] == [
        ("never-more-than-half/race", "meets")
    ]
    assert "ours" in overview.catalogue()["policies"]


def test_a_tool_type_is_changed_in_its_file(data: Path, tmp_path: Path, write_confusion: Write) -> None:
    path = data / "checks/tool_types/person.toml"
    path.write_text(path.read_text().replace('unit = "one scored person"', 'unit = "one officer"'))

    audit = auditkit.run_audit(write_confusion(tmp_path, CELLS))

    assert audit.document.records.unit == "one officer"


def test_a_tool_type_is_added_by_one_file(data: Path, tmp_path: Path, write_confusion: Write) -> None:
    person = (data / "checks/tool_types/person.toml").read_text()
    (data / "checks/tool_types/officer.toml").write_text(
        person.replace('name = "person"', 'name = "officer"').replace("one scored person", "one officer")
    )

    audit = auditkit.run_audit(write_confusion(tmp_path, CELLS, tool={"type": "officer"}))

    assert "officer" in overview.catalogue()["tool_types"]
    assert audit.document.records.unit == "one officer"


def test_a_tool_type_that_names_what_nothing_measures_is_refused(
    data: Path, tmp_path: Path, write_confusion: Write
) -> None:
    path = data / "checks/tool_types/person.toml"
    path.write_text(path.read_text().replace('"prevalence"', '"prevalance"'))

    with pytest.raises(
        auditkit.AuditKitError, match=r"nothing measures 'prevalance'\. Did you mean 'prevalence'"
    ):
        auditkit.run_audit(write_confusion(tmp_path, CELLS))


GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: de\\n"

msgid "What we found"
msgstr "Was wir fanden"

msgid "Audit of %(tool)s"
msgstr "Prüfung von %(tool)s"
"""


def test_a_language_is_added_by_one_file(data: Path, tmp_path: Path, write_confusion: Write) -> None:
    folder = data / "report_templates/locale/de/LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "auditkit.po").write_text(GERMAN, encoding="utf-8")

    audit = auditkit.run_audit(write_confusion(tmp_path, CELLS, report={"languages": ["de", "en"]}))

    assert "Prüfung von Risk score" in audit.files["report.de.html"].decode()
    assert '<html lang="de" dir="ltr">' in audit.files["report.de.html"].decode()
    assert "## Was wir fanden" in audit.files["report.de.md"].decode()
    assert "Audit of Risk score" in audit.files["report.en.html"].decode()
    assert "de" in overview.catalogue()["languages"]


def test_a_language_without_a_file_is_refused_with_the_known_ones(
    tmp_path: Path, write_confusion: Write
) -> None:
    path = write_confusion(tmp_path, CELLS, report={"languages": ["xx"]})

    with pytest.raises(AuditKitError, match=r"there is no 'xx'\. .*Languages: .*'en'"):
        auditkit.run_audit(path)


def test_a_metric_is_added_by_one_decorated_function(
    data: Path, tmp_path: Path, write_confusion: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "RATES", dict(registry.RATES))
    monkeypatch.setattr("auditkit.measure.groups.RATES", registry.RATES)
    monkeypatch.setattr("auditkit.measure.catalogue.RATES", registry.RATES)
    before = set(catalogue.measures())

    @registry.rate_metric(among=("fp", "tp"), counted=("fp",))
    def false_discovery_rate(outcomes: Any, decisions: Any, n: Any) -> float:
        """Share of people without the outcome among the flagged."""
        flagged = [
            (outcome, count)
            for outcome, decision, count in zip(outcomes, decisions, n, strict=True)
            if decision
        ]
        return float(
            sum(count for outcome, count in flagged if not outcome) / sum(count for _, count in flagged)
        )

    tool_type = data / "checks/tool_types/person.toml"
    tool_type.write_text(
        tool_type.read_text().replace('"prevalence"', '"prevalence", "false_discovery_rate"')
    )
    policy = POLICY.replace('"selection_rate"', '"false_discovery_rate_ratio"').replace(
        '"each"', '"reference"'
    )
    (data / "checks/policies/ours.toml").write_text(policy)

    audit = auditkit.run_audit(write_confusion(tmp_path, CELLS, policy={"use": "ours"}))

    added = set(catalogue.measures()) - before
    kinds = ("", *(f"_{kind}" for kind in registry.COMPARISONS), "_range", "_range_p_value")
    kinds = (*kinds, "_difference_smallest_detectable")
    assert added == {"false_discovery_rate" + kind for kind in kinds}
    values = {item.id: item.value for item in audit.document.measurements}
    assert values["false_discovery_rate/race=A"] == pytest.approx(100 / 220)
    assert values["false_discovery_rate_ratio/race=B~race=A"] == pytest.approx(1.0)
    assert [finding.status for finding in audit.document.findings] == [
        "does_not_meet"
    ]  # a ratio of 1 is above 0.5
    assert "false_discovery_rate" in audit.files["report.en.html"].decode()


def test_a_metric_cannot_be_registered_twice() -> None:
    catalogue.measures()

    with pytest.raises(ValueError, match="'prevalence' is registered twice"):
        registry.rate_metric(among=("tn",), counted=("tn",))(registry.RATES["prevalence"].point)
