"""The documentation is kept true: its examples run, its links resolve, and its reference says what the code does."""

import re
import runpy
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from auditkit import bundled
from auditkit.cli.app import app
from auditkit.definitions.checks import read_checks
from auditkit.judge.loops import LoopVerdict
from auditkit.measure.alerts import ALERT_MEASURES
from auditkit.measure.catalogue import measures
from auditkit.measure.places import PLACE_MEASURES
from auditkit.measure.registry import RATES
from auditkit.results.measurements import REASONS
from auditkit.results.other_loops import OTHER_LOOP_MEASURES

ROOT = Path(__file__).parents[2]
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "GLOSSARY.md", "SECURITY.md")
EXAMPLE_PAGES = [
    ROOT / "README.md", ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/how_to/*.md")), *sorted(ROOT.glob("docs/methods/*.md")),
]  # fmt: skip
PAGES = sorted({*(ROOT / name for name in TOP), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")})
PROSE = [
    page
    for page in PAGES
    if page.parent.name not in {"reference", "decisions"} and page.name != "CHANGELOG.md"
]
FORBIDDEN = r"\b(debias\w*|unbiased|neutral|objective(ly)?|solve[sd]?|is fair|proves?|proven)\b"
OF_PLACES = ("places", "areas", "history")
SUITES = bundled.names("checks/data")
COMMANDS = [command.name for command in app.registered_commands if command.name]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_fences(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def sentences(page: Path) -> Iterator[str]:
    """Sentences of prose and lists; headings, tables and pictures are none."""
    for block in re.split(r"\n\s*\n|\n(?=[-\d#|!])", without_fences(page)):
        text = re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", block.strip())
        if not text.startswith(("#", "|", "!", "<!--")):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("**", "")
            yield from re.split(r"(?<=[.!?:;])\s+", plain.replace("\n", " "))


@pytest.fixture(scope="module")
def generate() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "generate.py"))


@pytest.mark.parametrize("page", EXAMPLE_PAGES, ids=name_of)
def test_every_example_of_a_page_runs(page: Path, read: Callable[[Path], None]) -> None:
    read(page)


def test_every_fence_says_what_becomes_of_it() -> None:
    others = [page for page in PAGES if page not in EXAMPLE_PAGES]
    languages = {
        (name_of(page), found)
        for page in others
        for found in re.findall(r"^```([a-z]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }

    assert {language for _, language in languages} <= {"text"}, "examples elsewhere would not run"


def test_the_audit_file_of_the_readme_has_fifteen_lines() -> None:
    text = (
        (ROOT / "README.md").read_text(encoding="utf-8").split("```toml file=audit.toml\n")[1].split("```")[0]
    )

    assert len(text.splitlines()) == 15
    assert tomllib.loads(text)["tool"]["type"] == "person"


@pytest.mark.parametrize("name", ["audit_file.md", "checks.md", "commands.md", "metrics.md", "policies.md"])
def test_the_reference_says_what_the_code_does(name: str, generate: dict[str, Any]) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")

    assert written == generate["pages"]()[name], "run `make docs`"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    reference = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f"\n## auditkit {command}\n" in reference
    assert f"| `auditkit {command}` |" in readme


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `auditkit (\w+)` \|", readme, flags=re.MULTILINE)) == set(COMMANDS)


def test_every_check_stands_with_its_source_among_the_data_checks() -> None:
    text = (ROOT / "docs" / "methods" / "data_checks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (D\d+|\d(?:\.\d+)?) \| [^|]+ \| ([^|]+) \|$", text, flags=re.MULTILINE)
    written = {check: number for number, checks in rows for check in re.findall(r"`([a-z-]+)`", checks)}

    assert written == {check.id: check.source.removeprefix("methods ") for check in read_checks(SUITES)}


def test_every_rate_and_reason_code_in_use_is_explained() -> None:
    assert measures()
    text = (ROOT / "docs" / "methods" / "rates.md").read_text(encoding="utf-8")

    assert {name for name in RATES if f"`{name}`" not in text} == set()
    assert set(re.findall(r"NE-[A-Z]+", text)) <= set(REASONS)


def test_every_measure_of_places_and_every_verdict_on_a_loop_is_explained() -> None:
    places, feedback, *others = (
        (ROOT / "docs" / "methods" / f"{name}.md").read_text(encoding="utf-8")
        for name in ("places", "feedback", "displacement", "trade_off")
    )

    explained = "".join((places, feedback, *others))
    assert {name for name in PLACE_MEASURES if f"`{name}`" not in explained} == set()
    assert {name for name in get_args(LoopVerdict) if f"| `{name}` |" not in feedback} == set()
    assert set(re.findall(r"NE-[A-Z]+", explained)) <= set(REASONS)


def test_every_measure_of_the_other_loops_has_its_place_in_their_pages() -> None:
    pages = [ROOT / f"docs/methods/feedback_{name}.md" for name in ("people", "alerts", "logs")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)

    assert {name for name in OTHER_LOOP_MEASURES if f"`{name}`" not in text} == set()


def test_the_changelog_counts_the_checks() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    people, places, alerts = (len(read_checks(suites)) for suites in (("people",), OF_PLACES, ("alerts",)))
    assert f"runs {people} data checks alone for people and {places} for places" in text
    assert f"{alerts} more checks look at alerts" in text


def test_every_measure_of_alerts_is_explained() -> None:
    text = (ROOT / "docs" / "methods" / "alerts.md").read_text(encoding="utf-8")
    compared = re.compile(r"_(difference|ratio|range)$")

    assert {name for name in ALERT_MEASURES if f"`{compared.sub('', name)}`" not in text} == set()
    assert set(re.findall(r"NE-[A-Z]+", text)) <= set(REASONS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_resolves(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", without_fences(page))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert missing == []


def test_every_folder_of_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("## Folders")[1].split("\n## ")[0]
    folders = re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)

    assert len(folders) > 8
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize("page", PROSE, ids=name_of)
def test_sentences_have_at_most_twenty_five_words(page: Path) -> None:
    assert [sentence for sentence in sentences(page) if len(sentence.split()) > 25] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "GLOSSARY.md"], ids=name_of)
def test_no_page_promises_too_much(page: Path) -> None:
    assert re.findall(FORBIDDEN, page.read_text(encoding="utf-8"), flags=re.IGNORECASE) == []


def test_decisions_are_short_and_numbered_without_gaps() -> None:
    notes = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [note.name[:4] for note in notes] == [f"{number:04d}" for number in range(1, len(notes) + 1)]
    for note in notes:
        text = note.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 80
        headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
        assert headings == ["Problem", "Choice", "What we gave up", "What would change our mind"]


def written_by_hand() -> list[Path]:
    """Files that people or tools wrote into the repository, without what tools leave behind."""
    folders = ("src", "tests", "docs", "checks", "examples", "report_templates", "benchmarks", ".ci")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    found += [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".coverage")]
    texts = {".py", ".md", ".toml", ".lock", ".j2", ".po", ".cff", ".json", ""}
    return [path for path in found if path.suffix in texts and "__pycache__" not in path.parts]


def test_no_file_names_a_package_registry_or_a_place_on_one_machine() -> None:
    hosts = "|".join(
        ("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(org|com)", "anaconda" + r"\.org")
    )
    places = "|".join(("file" + ":///", r"/(home|root|opt|Users)" + r"/\w"))
    found = {
        (name_of(path), match[0])
        for path in written_by_hand()
        for match in re.finditer(f"{hosts}|{places}", path.read_text(encoding="utf-8"))
    }

    assert found == set()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-data.lock"])
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())

    assert len(entries) >= 1
    assert [
        entry
        for entry in entries
        if not re.match(
            r"[a-z0-9-]+(?:\[[a-z0-9,-]+\])?==[^ ]+.*(\\\n +--hash=sha256:[0-9a-f]{64} ?)+$", entry, re.DOTALL
        )
    ] == []


def test_the_development_lock_holds_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(
            re.findall(
                r"^([a-z0-9-]+(?:\[[a-z0-9,-]+\])?==[^ ]+)",
                (ROOT / name).read_text(encoding="utf-8"),
                flags=re.MULTILINE,
            )
        )

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_lock_holds_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def missing(declared: list[str], name: str) -> list[str]:
        locked = set(
            re.findall(
                r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==",
                (ROOT / name).read_text(encoding="utf-8"),
                flags=re.MULTILINE,
            )
        )
        own = {project["name"]}  # its own extras
        return [one for one in declared if re.split(r"[^a-z0-9-]", one)[0] not in locked | own]

    assert missing(project["dependencies"], "requirements.lock") == [], "run `make lock`"
    assert missing(project["optional-dependencies"]["dev"], "requirements-dev.lock") == [], "run `make lock`"


def test_reports_say_the_lowest_share_of_ranges_that_held_the_truth_of_areas() -> None:
    page = (ROOT / "docs" / "benchmarks" / "validity.md").read_text(encoding="utf-8")
    told = (ROOT / "report_templates" / "words.j2").read_text(encoding="utf-8")
    lowest = re.search(r"places, gaps.*\n\| the same: no world below 92 % \| lowest: ([\d.]+)", page)
    said = re.search(r"areas far apart are alike, as few as (\d+) of 100", told)

    assert lowest is not None
    assert said is not None
    assert round(float(lowest.group(1))) == int(said.group(1))
