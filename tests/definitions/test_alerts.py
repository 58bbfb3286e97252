"""What an audit file may say of an alert system, and what it is told where it does not fit."""

from pathlib import Path

import pytest

from auditkit.definitions.audit_file import AuditFile, read_audit_file
from auditkit.errors import DefinitionError

TOOL = """
[tool]
name = "Sensors"
vendor = "Example Ltd"
version = "1"
type = "alert"
purpose = "sends officers to loud noises"
flagged_means = "a place to which officers are sent"
orientation = "burden"
status = "pilot"
"""
OUTCOME = 'outcome = { column = "d", confirmed = ["yes"], unfounded = ["no"], means = "evidence", source = "arrest" }\n'
RECORDS = '[records]\npath = "alerts.csv"\n'
AREAS = '[areas]\npath = "areas.csv"\nid = "area"\nresident_groups.race = { A = "a", B = "b" }\nreference.race = "B"\n'
COVERAGE = '[coverage]\npath = "sensors.csv"\narea = "area"\nshare = "share"\n'


def read(folder: Path, text: str) -> AuditFile:
    (folder / "audit.toml").write_text(text)
    return read_audit_file(folder / "audit.toml")


def test_each_row_is_an_alert_where_nothing_says_which_were_dispatched(tmp_path: Path) -> None:
    audit = read(tmp_path, TOOL + RECORDS + OUTCOME)

    assert audit.kind == "alert"
    assert audit.records.decision is not None
    assert audit.records.decision.every_row
    assert audit.records.outcome is not None
    assert audit.records.outcome.kind == "disposition"


def test_groups_of_alerts_and_of_residents_stand_beside_each_other(tmp_path: Path) -> None:
    groups = '[groups.sex]\ncolumn = "sex"\n[groups.race]\ncolumn = "race"\nreference = "B"\n'

    audit = read(tmp_path, TOOL + RECORDS + 'area = "area"\n' + OUTCOME + AREAS + COVERAGE + groups)

    assert audit.row_dimensions == (("sex",), ("race",))
    assert audit.resident_dimensions == (("race",),)
    assert audit.dimensions == (("sex",), ("race",))
    assert (audit.reference(("race",)), audit.reference(("sex",))) == (("B",), None)


def test_a_rate_may_be_one_number_or_a_range(tmp_path: Path) -> None:
    rates = '[test_rates]\nsensitivity = 0.9\nfalse_positive_rate = 0.01\nprevalence = [0.001, 0.1]\nsource = "a test"\n'

    audit = read(tmp_path, TOOL + RECORDS + rates)

    assert audit.test_rates is not None
    assert (audit.test_rates.sensitivity, audit.test_rates.prevalence) == ((0.9, 0.9), (0.001, 0.1))


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        (RECORDS + 'score = "s"\ndecision = { score_at_least = 1 }\n', "a column that says which were dispatched"),
        (
            RECORDS + 'outcome = { column = "d", positive = ["1"], means = "m", source = "call" }\n',
            "the outcome of an alert names 'confirmed' dispositions",
        ),
        (
            RECORDS + OUTCOME.replace('["no"]', '["yes", "no"]').replace("means", 'unknown = ["no"], means'),
            "'yes' cannot be both confirmed and unfounded; 'no' cannot be both unfounded and unknown",
        ),
        (RECORDS + OUTCOME.replace("means", 'kind = "count", means'), "'confirmed' and kind 'disposition' go together"),
        (
            RECORDS + 'outcome = { column = "d", positive = ["1"], unfounded = ["2"], means = "m", source = "call" }\n',
            "'unfounded' and 'unknown' belong to the dispositions of alerts",
        ),
        (RECORDS + OUTCOME.replace("means", 'positive = ["1"], means'), "has no 'positive' or 'negative' values"),
        (RECORDS + AREAS, "[areas] needs [records] area"),
        (RECORDS + COVERAGE, "[coverage] needs [areas]"),
        (RECORDS + 'longitude = "x"\n', "[records] longitude and latitude go together"),
        (RECORDS + 'time = "day"\n', "[records] time and period go together"),
        (
            RECORDS + 'area = "area"\n' + AREAS + '[groups.race]\ncolumn = "race"\nreference = "A"\n',
            "[groups.race] and [areas] reference.race name different reference groups",
        ),
        (RECORDS + '[history]\npath = "h.csv"\narea = "a"\ntime = "t"\n', "'[history]' belongs to tools of type 'place'"),
        (RECORDS + 'strata = ["beat"]\n[stops]\nthreshold_test = true\n', "'strata' in [records] belongs to tools of type 'person'"),
        (RECORDS + '[actions]\nlinked_by = "number"\n', "name at least one action under 'taken', or 'officer_hours'"),
        (RECORDS + '[actions]\nofficer_hours = "h"\n', "[actions] linked_by: the key is missing"),
        (
            RECORDS + '[test_rates]\nsensitivity = 1.9\nfalse_positive_rate = 0.1\nprevalence = 0.1\nsource = "s"\n',
            "'sensitivity' is a rate, or [lowest, highest], within 0 and 1",
        ),
        (
            RECORDS + '[test_rates]\nsensitivity = 0\nfalse_positive_rate = 0\nprevalence = 0.1\nsource = "s"\n',
            "these rates may raise no alert at all",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_an_alert_system_is_said(tmp_path: Path, sections: str, says: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(tmp_path, TOOL + sections)

    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        (COVERAGE, "'[coverage]' belongs to tools of type 'alert'"),
        (AREAS, "'[areas]' belongs to tools of type 'place' and 'alert'"),
        ("", "[records] longitude and latitude belong to tools of type 'alert', and to 'place'"),
    ],
)
def test_a_person_tool_has_no_sections_of_alerts(tmp_path: Path, sections: str, says: str) -> None:
    person = TOOL.replace('"alert"', '"person"') + RECORDS + 'decision = { column = "f", flagged = ["1"] }\n'
    place = "" if sections else 'longitude = "x"\n'

    with pytest.raises(DefinitionError) as caught:
        read(tmp_path, person + place + '[groups.race]\ncolumn = "race"\n' + sections)

    assert says in str(caught.value)
