"""What a report says of a place tool or an alert system whose data were refused: in the words of its kind, not of people."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from auditkit import run_audit
from auditkit.report.render import render
from auditkit.results.audit import Audit
from tests.report.tracing import untraced

COMMON = """
name = "Sentinel"
vendor = "Example Ltd"
version = "1"
purpose = "tells police where to go"
orientation = "burden"
status = "proposed"
"""
# one alert, sixty times
ALERTS = f"""
[tool]{COMMON}
type = "alert"
flagged_means = "a place to which officers are sent"
[records]
path = "rows.csv"
id = "id"
area = "area"
decision = {{ column = "sent", flagged = ["1"] }}
outcome = {{ column = "found", confirmed = ["yes"], unfounded = ["no"], means = "casings found", source = "arrest" }}
"""
REPEATED = "id,area,found,sent\n" + "".join(
    f"x1,{'ab'[i % 2]},{'yes' if i % 3 else 'no'},{i % 2}\n" for i in range(60)
)
# a row of totals among the areas
PLACES = f"""
[tool]{COMMON}
type = "place"
flagged_means = "patrolled"
[records]
path = "rows.csv"
area = "area"
time = "day"
period = "day"
score = "score"
decision = {{ score_at_least = 4 }}
outcome = {{ column = "n", kind = "count", means = "recorded incidents", source = "mixed" }}
[areas]
path = "areas.csv"
id = "area"
residents = "people"
resident_groups.race = {{ Black = "black", White = "white" }}
reference.race = "White"
"""
NAMES = ("Total", *(f"a{i}" for i in range(1, 20)))
TOTALS = "area,day,score,n\n" + "".join(
    f"{name},2024-01-{day:02d},{day % 7},{at % 3}\n" for at, name in enumerate(NAMES) for day in range(1, 11)
)
AREAS = "area,people,black,white\n" + "".join(f"{name},1000,400,600\n" for name in NAMES)
OF_PEOPLE = re.compile(r"\ba person is\b|flagged person|people flagged|flagged people|you were scored|records of more people|who is wrongly flagged\?|false positive", re.IGNORECASE)  # fmt: skip


@pytest.fixture(scope="module", params=["alert", "place"])
def refused(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Audit data that are refused as a whole."""
    folder = tmp_path_factory.mktemp(request.param)
    audit, rows = {"alert": (ALERTS, REPEATED), "place": (PLACES, TOTALS)}[request.param]
    for name, text in {"audit.toml": audit, "rows.csv": rows, "areas.csv": AREAS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    found = run_audit(folder / "audit.toml")
    assert found.document.measurements == ()
    assert found.document.places is None
    assert found.document.alerts is None
    return found


def words(file: bytes) -> str:
    text = re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", file.decode(), flags=re.DOTALL)
    return " ".join(unescape(text).replace("\\", "").split())


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_a_refused_audit_speaks_of_what_the_tool_flags(suffix: str, refused: Audit) -> None:
    said = words(refused.files[f"report.en.{suffix}"])
    kind = refused.document.tool.kind
    first, title, heading = {
        "alert": ("An alert marks a place to which officers are sent.", "How many alerts were wrong?", "What became of the alerts?"),
        "place": ("Being flagged means patrolled.", "Who is wrongly flagged, and who lives where flags fall?", "Who lives where flags fall?"),
        "person": ("", "", ""), None: ("", "", ""),
    }[kind]  # fmt: skip

    assert OF_PEOPLE.findall(said) == []
    assert first in said
    assert title in said
    assert "Ask whether your area is in the data" in said
    assert heading in said.partition("Cannot tell: the data checks refused the data")[2]
    assert "Nothing was measured, because the data were rejected." in said


def test_links_of_a_refused_audit_lead_somewhere_for_a_vendor_too(refused: Audit) -> None:
    page = render(refused.document, audience="vendor")["report.en.html"].decode()

    assert {*re.findall(r'href="#([^"]+)"', page)} <= {*re.findall(r'\bid="([^"]+)"', page)}
    assert OF_PEOPLE.findall(words(page.encode())) == []


def test_every_number_of_a_refused_audit_is_traced(refused: Audit) -> None:
    assert untraced(refused.document, languages=("es",)) == []


def test_a_document_without_a_kind_is_read_as_what_it_holds(
    tmp_path: Path, write_confusion: Callable[..., Path]
) -> None:
    document = run_audit(write_confusion(tmp_path, {"A": (80, 20, 50, 50), "B": (55, 45, 50, 50)})).document
    before = document.model_copy(update={"tool": document.tool.model_copy(update={"kind": None})})

    assert document.tool.kind == "person"
    assert render(before)["report.en.html"] == render(document)["report.en.html"]
