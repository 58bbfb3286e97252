"""Judging alert systems: which limits apply where, numbers without chance, what is withheld, what was left open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auditkit import run_audit
from auditkit.definitions.policy import Limit
from auditkit.judge.alert_disclosure import withhold_alerts
from auditkit.judge.verdicts import verdict
from auditkit.results.audit import Audit
from auditkit.results.document import MeasurementRecord
from auditkit.results.findings import Verdict
from auditkit.results.measurements import Bounds, Estimate, Measurement, Measurements

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
OUTCOME = 'outcome = { column = "found", confirmed = ["yes"], unfounded = ["no"], means = "evidence", source = "SOURCE" }\n'
COUNTS = '[records]\npath = "alerts.csv"\ncounts = "n"\n' + OUTCOME
ACTIONS = '[actions]\nlinked_by = "number"\ntaken.stop = { column = "stop", yes = ["1"] }\n'
EVENTS = '[events]\npath = "events.csv"\ncounts = "n"\nalerted = { column = "heard", yes = ["1"] }\nmeans = "shootings"\nsource = "verified"\n'
CITY = """
[areas]
path = "areas.csv"
id = "area"
residents = "people"
resident_groups.race = { Black = "black", White = "white" }
reference.race = "White"
[coverage]
path = "areas.csv"
area = "area"
share = "share"
"""
AREAS = "area,people,black,white,share\na,100,60,40,1\nb,100,50,50,1\nc,100,40,60,1\nd,100,20,80,0\n"
POLICY = """
name = "ours"
version = "1"
[[limit]]
id = "ours"
measure = "MEASURE"
dimension = "DIMENSION"
compare = "each"
at_least = 0.1
required = true
tool_types = ["alert"]
scope = "this city"
source = "council vote"
why = "The council wants it."
"""


def audited(folder: Path, sections: str, *, source: str = "call", **tables: str) -> Audit:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    path = folder / "audit.toml"
    path.write_text(TOOL + sections.replace("SOURCE", source))
    return run_audit(path)


def numbers(audit: Audit) -> Mapping[str, MeasurementRecord]:
    return {item.id: item for item in audit.document.measurements}


# Where limits apply


@pytest.mark.parametrize(("measure", "dimension", "finding", "status"), [
    ("positive_predictive_value", "everyone", "ours/everyone", "meets"),
    ("positive_predictive_value", "race", "ours/race", "meets"),
    ("positive_predictive_value", "sex", "ours/sex", "not_checked"),
    ("positive_predictive_value", "*", "ours/race", "meets"),
    ("disposition_share", "disposition", "ours/disposition", "does_not_meet"),
    ("coverage_share", "*", "ours/*", "not_checked"),
    ("coverage_share", "race", "ours/race", "not_checked"),
    ("action_rate_stop", "everyone", "ours/everyone", "does_not_meet"),
])  # fmt: skip
def test_a_limit_applies_to_alerts_residents_or_everyone(
    tmp_path: Path, measure: str, dimension: str, finding: str, status: str
) -> None:
    """Of 400 alerts in each group 200 are confirmed, 200 unfounded and none unconfirmed; none led to a stop."""
    (tmp_path / "policy.toml").write_text(POLICY.replace("MEASURE", measure).replace("DIMENSION", dimension))
    groups = '[groups.race]\ncolumn = "race"\n[policy]\nuse = "policy.toml"\n'
    table = "found,race,stop,n\n" + "".join(f"{one},{race},0,200\n" for one in ("yes", "no") for race in "AB")

    audit = audited(tmp_path, COUNTS + ACTIONS + groups, alerts=table)

    assert [(one.id, one.status) for one in audit.document.findings] == [(finding, status)]


LIMIT = Limit(
    id="ours", measure="coverage_share_ratio", dimension="race", compare="reference", at_least=0.8, at_most=1.25,
    required=True, scope="s", source="s", why="w",
)  # fmt: skip


@pytest.mark.parametrize(("bounds", "expected"), [
    ((4.0, 8.6), "does_not_meet"), ((0.2, 0.7), "does_not_meet"), ((0.9, 1.1), "meets"), ((0.9, 1.4), "cannot_tell"),
    ((0.5, None), "cannot_tell"), ((1.3, None), "does_not_meet"), (None, "cannot_tell"),
])  # fmt: skip
def test_a_number_that_rests_on_no_sample_is_judged_by_its_bounds(
    bounds: Bounds | None, expected: Verdict
) -> None:
    result = Estimate(
        value=1.0,
        interval=None,
        interval_90=None,
        interval_family=None,
        method="areal_weighting",
        bounds=bounds,
    )
    item = Measurement(
        metric="coverage_share_ratio", dimension=("race",), group=(("race", "A"),), against=(("race", "B"),), result=result
    )  # fmt: skip

    assert verdict(item, LIMIT, membership_unknown=False) == expected


@pytest.mark.parametrize(("bounds", "expected"), [((0.81, 1.2), "meets"), ((0.5, 1.2), "cannot_tell")])
def test_bounds_for_what_is_missing_must_lie_within_the_limit_too(bounds: Bounds, expected: Verdict) -> None:
    result = Estimate(
        value=1.0,
        interval=(0.9, 1.1),
        interval_90=(0.92, 1.08),
        interval_family=None,
        method="wilson",
        bounds=bounds,
    )
    item = Measurement(metric="m", dimension=(), group=(), against=None, result=result)

    assert verdict(item, LIMIT, membership_unknown=False) == expected


# What is withheld


def hidden(audit: Audit) -> set[str]:
    return {item.id for item in audit.document.measurements if item.status == "withheld"}


def test_few_confirmed_alerts_hide_every_rate_that_divides_them(tmp_path: Path) -> None:
    table = "found,stop,n\nyes,0,4\nno,0,36\nmaybe,1,60\n"

    found = hidden(audited(tmp_path, COUNTS + ACTIONS, alerts=table))

    assert found >= {"positive_predictive_value/everyone", "positive_predictive_value_all/everyone",
                     "disposition_recorded_rate/everyone", "disposition_share/disposition=confirmed",
                     "disposition_share/disposition=unfounded"}  # fmt: skip
    assert "alerts/everyone" not in found
    assert "action_rate_stop/everyone" not in found


def test_few_stops_hide_the_rate_of_stops_alone(tmp_path: Path) -> None:
    table = "found,stop,n\nyes,0,400\nno,0,360\nmaybe,1,6\n,0,60\nmaybe,0,94\n"

    assert hidden(audited(tmp_path, COUNTS + ACTIONS, alerts=table)) == {"action_rate_stop/everyone"}


def test_few_alerts_to_which_nobody_was_sent_hide_the_rate_of_dispatch_alone(tmp_path: Path) -> None:
    sent = COUNTS.replace('counts = "n"\n', 'counts = "n"\ndecision = { column = "sent", flagged = ["1"] }\n')
    table = "found,sent,n\nyes,1,400\nno,1,360\nmaybe,0,6\n,1,60\nmaybe,1,94\n"

    assert hidden(audited(tmp_path, sent, alerts=table)) == {"dispatch_rate/everyone"}


RACES = "found,race,stop,n\n" + "".join(
    f"{found},{race},{stop},{n}\n"
    for race, cells in {"A": (400, 300, 4), "B": (90, 80, 40), "C": (200, 100, 60)}.items()
    for (found, stop), n in zip((("yes", 0), ("no", 0), ("maybe", 1)), cells, strict=True)
)


@pytest.mark.parametrize("reference", ["C", "B"])
def test_where_one_group_is_hidden_the_next_smallest_is_hidden_with_it(
    tmp_path: Path, reference: str
) -> None:
    """Group A has four stops; B has 210 alerts and C 360, so B goes too, unless it is the reference."""
    groups = f'[groups.race]\ncolumn = "race"\nreference = "{reference}"\n'

    found = hidden(audited(tmp_path, COUNTS + ACTIONS + groups, alerts=RACES))

    partner = "B" if reference == "C" else "C"
    assert {
        "action_rate_stop/race=A",
        f"action_rate_stop/race={partner}",
        "action_rate_stop_range/race",
    } <= found
    assert f"action_rate_stop/race={reference}" not in found
    assert f"action_rate_stop_ratio/race=A~race={reference}" in found


def test_a_group_of_few_alerts_is_hidden_everywhere(tmp_path: Path) -> None:
    table = "found,race,n\nyes,A,300\nno,A,300\nyes,B,5\nno,B,4\nyes,C,200\nno,C,200\n"

    found = hidden(audited(tmp_path, COUNTS + '[groups.race]\ncolumn = "race"\n', alerts=table))

    # B is too small for a rate at all; without C hidden too, it would follow from the total
    assert {"alerts/race=B", "alerts/race=C", "positive_predictive_value/race=C"} <= found


def test_within_an_intersection_each_larger_group_keeps_two_hidden_parts(tmp_path: Path) -> None:
    cells = {("A", "f"): 5, ("A", "m"): 300, ("B", "f"): 200, ("B", "m"): 400}
    table = "found,race,sex,n\n" + "".join(
        f"{one},{race},{sex},{n}\n" for (race, sex), n in cells.items() for one in ("yes", "no")
    )
    groups = '[groups.race]\ncolumn = "race"\n[groups.sex]\ncolumn = "sex"\n[[intersections]]\nof = ["race", "sex"]\n'

    found = hidden(audited(tmp_path, COUNTS + groups, alerts=table))

    assert {f"alerts/race={race}+sex={sex}" for race, sex in cells} <= found


def test_areas_of_few_alerts_are_hidden_with_a_partner(tmp_path: Path) -> None:
    records = COUNTS.replace('counts = "n"\n', 'counts = "n"\narea = "area"\n')
    table = "found,area,n\nyes,a,4\nyes,b,40\nyes,c,70\n"

    found = hidden(audited(tmp_path, records + CITY, alerts=table, areas=AREAS))

    assert {"alerts/area=a", "alerts/area=b", "alert_rate_per_1000_residents/area=b"} <= found
    assert "alerts/area=c" not in found
    assert "alerts/area=d" not in found, "no alerts at all show nothing of anybody"


def test_few_missed_events_hide_recall(tmp_path: Path) -> None:
    audit = audited(
        tmp_path, COUNTS + EVENTS, alerts="found,n\nyes,40\nno,60\n", events="heard,n\n1,90\n0,3\n"
    )

    assert {f"{name}/everyone" for name in ("recall", "miss_rate", "events_without_answer")} <= hidden(audit)


def test_a_board_can_switch_withholding_off(tmp_path: Path) -> None:
    off = "[publication]\nsmallest_cell = 0\n"

    assert (
        hidden(audited(tmp_path, COUNTS + ACTIONS + off, alerts="found,stop,n\nyes,0,4\nno,1,36\n")) == set()
    )


def test_other_types_of_tool_are_left_as_they_are() -> None:
    nothing = Measurements(items=())

    assert withhold_alerts(nothing, None, smallest_cell=11) is nothing


# What was left open


def topics(audit: Audit) -> list[str]:
    return [item.topic for item in audit.document.not_checked]


def test_what_nobody_can_tell_from_counts_alone_is_said(tmp_path: Path) -> None:
    audit = audited(tmp_path, '[records]\npath = "alerts.csv"\ncounts = "n"\n', alerts="n\n5000\n")

    assert topics(audit)[:4] == [
        "How many alerts were right", "What the system misses", "Who lives under the sensors",
        "How the people whom officers met after an alert were treated",
    ]  # fmt: skip
    assert audit.document.feedback.status == "not_checked"
    assert "no [feedback] section that says how sites" in audit.document.feedback.because


@pytest.mark.parametrize(("source", "said"), [("officer_initiated", True), ("verified", False)])
def test_dispositions_by_officers_are_not_verified(tmp_path: Path, source: str, said: bool) -> None:  # noqa: FBT001  # a parameter of cases
    audit = audited(
        tmp_path,
        COUNTS + EVENTS,
        source=source,
        alerts="found,n\nyes,40\nno,60\n",
        events="heard,n\n1,90\n0,30\n",
    )

    assert ("Whether the dispositions themselves are right" in topics(audit)) == said
    assert "What the system misses" not in topics(audit)


def test_rejected_alerts_still_get_a_report(tmp_path: Path) -> None:
    records = '[records]\npath = "alerts.csv"\nid = "id"\n' + OUTCOME
    table = "id,found\n" + "1,yes\n" * 30 + "2,no\n"

    audit: Any = audited(tmp_path, records, alerts=table)

    assert audit.recommendation == "not_ready"
    assert audit.document.alerts is None
    assert "the data were rejected" in audit.files["report.en.html"].decode()
