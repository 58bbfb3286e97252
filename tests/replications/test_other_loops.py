"""Loops of person tools and alert systems, and logs of a tool in use, through the front door (methods 6.7 to 6.9, 9.4)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import auditkit
from tests.report.tracing import untraced, with_ids

Write = Callable[..., Path]
Numbers = dict[str, dict[str, Any]]
Counts = dict[str, tuple[int, int, int, int]]
"""By group: flagged, of them with a record, not flagged, of them with a record."""


def numbers(audit: auditkit.Audit) -> Numbers:
    return {item["id"]: item for item in json.loads(audit.files["audit.json"])["measurements"]}


def feedback(audit: auditkit.Audit) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(audit.files["audit.json"])["feedback"]
    return found


def cells(**groups: tuple[int, int, int, int]) -> Counts:
    """Turn flagged and recorded counts into tn, fp, fn, tp."""
    return {
        name: (others - found, flagged - recorded, found, recorded)
        for name, (flagged, recorded, others, found) in groups.items()
    }


LIMIT = """
name = "loops"
version = "1"
[[limit]]
id = "{id}"
measure = "{measure}"
dimension = "{dimension}"
compare = "{compare}"
{bound}
required = true
tool_types = ["person", "place", "alert"]
scope = "replication"
source = "methods 6"
why = "It repeats derived cases."
"""


def policy(
    folder: Path, measure: str, bound: str, *, dimension: str = "loop", compare: str = "each"
) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    text = LIMIT.format(id="a-limit", measure=measure, bound=bound, dimension=dimension, compare=compare)
    (folder / "policy.toml").write_text(text)
    return {"use": "policy.toml"}


# --- F14: supervision inflates records ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def supervised(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> auditkit.Audit:
    """Flag 600 and 300 of 1,000, record 40 % of the flagged and 20 % of the others: behaviour is the same."""
    folder = tmp_path_factory.mktemp("supervised")
    return auditkit.run_audit(
        write_confusion(
            folder,
            cells(A=(600, 240, 400, 80), B=(300, 120, 700, 140)),
            groups={"race": {"column": "race", "reference": "B"}},
            policy=policy(
                folder, "supervision_recorded_ratio", "at_most = 1.1", dimension="race", compare="reference"
            ),
            feedback={
                "rounds": 4,
                "replicates": 50,
                "incidents_per_round": 1.0,
                "truth": {"source": "assumed", "supervised": 0.4, "unsupervised": 0.2},
            },
        )
    )


def test_f14_equal_behaviour_shows_unequal_records(supervised: auditkit.Audit) -> None:
    found = numbers(supervised)["supervision_recorded_ratio/race=A~race=B"]

    # (.4 x .2 + .6 x .4) / (.7 x .2 + .3 x .4) = .32 / .26
    assert found["value"] == pytest.approx(1.2308, abs=5e-5)
    assert found["bounds"] == pytest.approx([0.32 / 0.26] * 2)
    assert numbers(supervised)["prevalence_ratio/race=A~race=B"]["value"] == pytest.approx(0.32 / 0.26)


def test_f14_the_tipping_point_is_the_ratio_that_made_the_records(supervised: auditkit.Audit) -> None:
    assert numbers(supervised)["supervision_explaining_ratio/race=A~race=B"]["value"] == pytest.approx(2.0)


def test_a_policy_can_limit_what_supervision_makes_of_equal_behaviour(supervised: auditkit.Audit) -> None:
    (finding,) = supervised.document.findings

    assert (finding.id, finding.status) == ("a-limit/race", "does_not_meet")
    assert "records of one group over the other's if both behaved alike is 1.23" in supervised.files[
        "report.en.html"
    ].decode().replace("&#39;", "'")


def test_what_lasts_of_a_gap_is_the_gap_times_what_stays(supervised: auditkit.Audit) -> None:
    lasting = numbers(supervised)["supervision_lasting_difference/race=A~race=B"]["value"]
    stayed = numbers(supervised)["supervision_stayed/loop"]["value"]

    assert lasting == pytest.approx((0.6 - 0.3) * stayed)


def test_people_who_behave_alike_stay_on_their_track_and_dropping_discoveries_ends_it(
    supervised: auditkit.Audit,
) -> None:
    person = feedback(supervised)["person"]
    arms = {arm["rule"]: arm for arm in person["arms"]}

    assert person["verdict"] == "history_dependent"
    assert arms["all_records"]["stayed_interval"][0] > 0.05
    assert abs(arms["reported_only"]["stayed"]) < 0.03
    # the same incidents, so that the difference is surer than either
    assert arms["reported_only"]["stayed_change"][2] < 0
    assert arms["all_records"]["stayed_change"] is None


@pytest.mark.parametrize("kind", ["html", "md"])
def test_the_report_says_that_every_figure_is_conditional(supervised: auditkit.Audit, kind: str) -> None:
    text = supervised.files[f"report.en.{kind}"].decode()

    assert "Every figure here is conditional on assumed rates (source: assumed)." in text
    assert "Among people who behave alike, those supervised today are supervised more often later." in text
    assert "Time at risk counts as equal for all." in text


# --- F15, F16: a score that knows nothing, and two tracks -------------------------------------------------------------


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory, write_confusion: Write) -> auditkit.Audit:
    """Flag 30 % by lot; half of all people do it; 60 % of that is recorded under supervision, else 30 %."""
    return auditkit.run_audit(
        write_confusion(
            tmp_path_factory.mktemp("noise"),
            cells(A=(600, 180, 1400, 210), B=(600, 180, 1400, 210)),
            feedback={
                "rounds": 3,
                "replicates": 50,
                "cut": 0.5,
                "incidents_per_round": 1.0,
                "truth": {"source": "assumed", "supervised": [0.6, 0.6], "unsupervised": [0.3, 0.3]},
            },
        )
    )


def test_f15_a_meaningless_flag_looks_as_good_as_this_one(noise: auditkit.Audit) -> None:
    middle = feedback(noise)["person"]["scenarios"][1]

    assert (middle["occurs"], middle["noise_flagged"], middle["noise_unflagged"]) == pytest.approx(
        (0.5, 0.3, 0.15)
    )
    assert middle["noise_area"] == pytest.approx(0.6003, abs=5e-5)
    assert numbers(noise)["noise_flag_area/loop"]["value"] == pytest.approx(0.6003, abs=5e-5)
    assert numbers(noise)["flag_area/loop"]["value"] == pytest.approx(0.6003, abs=5e-5)
    assert numbers(noise)["noise_explaining_ratio/loop"]["value"] == pytest.approx(2.0)
    assert "would seem to have an area under the curve of 0.60" in noise.files["report.en.html"].decode()


def test_f16_one_incident_a_round_is_on_two_tracks(noise: auditkit.Audit) -> None:
    middle = feedback(noise)["person"]["scenarios"][1]

    # theta 1, r .3, d .3, cut .5: .3 < .5 <= .6
    assert middle["bistable"] is True
    assert middle["two_tracks"] == pytest.approx([0.5 / 0.6, 0.5 / 0.3])
    assert "can stay on different tracks" in noise.files["report.en.html"].decode()


# --- without assumed rates --------------------------------------------------------------------------------------------


def test_without_assumed_rates_only_tipping_points_are_left(tmp_path: Path, write_confusion: Write) -> None:
    audit = auditkit.run_audit(
        write_confusion(tmp_path, cells(A=(600, 240, 400, 80), B=(300, 120, 700, 140)), feedback={})
    )
    found, person = numbers(audit), feedback(audit)["person"]

    assert (person["verdict"], person["scenarios"], person["arms"]) == ("cannot_be_estimated", [], [])
    assert {name.partition("/")[0] for name in found if name.startswith(("supervision", "noise"))} == {
        "supervision_explaining_ratio", "noise_explaining_ratio",
    }  # fmt: skip
    text = audit.files["report.en.html"].decode()
    assert "no size of the loop can be estimated" in text
    assert "What is left are tipping points" in text


def test_a_group_whose_share_flagged_is_withheld_has_no_figures_in_the_loop(
    tmp_path: Path, write_confusion: Write
) -> None:
    audit = auditkit.run_audit(
        write_confusion(
            tmp_path,
            cells(A=(600, 240, 400, 80), B=(300, 120, 700, 140), C=(4, 2, 60, 20)),
            feedback={
                "rounds": 2,
                "replicates": 50,
                "truth": {"source": "assumed", "supervised": 0.6, "unsupervised": 0.4},
            },
        )
    )
    found = numbers(audit)

    assert found["selection_rate/race=C"]["status"] == "withheld"
    for metric in ("recorded_ratio", "explaining_ratio", "lasting_difference"):
        assert found[f"supervision_{metric}/race=C~race=A"]["status"] == "withheld"
    # nothing hidden may be had from a shown number: each group is shown only if its share flagged is
    shown = {
        name
        for name, item in found.items()
        if name.startswith("supervision_re") and item["status"] == "estimated"
    }
    assert all(
        found[f"selection_rate/{name.partition('/')[2].partition('~')[0]}"]["status"] == "estimated"
        for name in shown
    )


# --- F17: sensors inflate records -------------------------------------------------------------------------------------

ALERTS = """
[tool]
name = "Sensors"
vendor = "Example Ltd"
version = "1"
type = "alert"
purpose = "sends officers to loud noises"
flagged_means = "a place to which officers are sent"
orientation = "burden"
status = "pilot"
[policy]
use = "policy.toml"
[records]
path = "alerts.csv"
area = "area"
outcome = { column = "found", confirmed = ["yes"], unfounded = ["no"], means = "evidence", source = "officer_initiated" }
[areas]
path = "areas.csv"
id = "area"
[coverage]
path = "areas.csv"
area = "area"
share = "share"
"""
RATES = """
[feedback]
new_sites = 4
rounds = 3
replicates = 50
truth = { source = "assumed", reporting_rate = 0.2, sensor_detection = 0.8 }
"""


def run_alerts(folder: Path, sections: str) -> auditkit.Audit:
    """Audit alerts of a city of forty areas, eight of them with sensors."""
    policy(folder, "covered_record_ratio", "at_most = 2")
    alerts = [f"a{at:02},yes" for at in range(8) for _ in range(20)]
    (folder / "alerts.csv").write_text("\n".join(["area,found", *alerts]) + "\n")
    areas = [f"a{at:02},{int(at < 8)}" for at in range(40)]
    (folder / "areas.csv").write_text("\n".join(["area,share", *areas]) + "\n")
    (folder / "audit.toml").write_text(ALERTS + sections)
    return auditkit.run_audit(folder / "audit.toml")


@pytest.fixture(scope="module")
def sensors(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    return run_alerts(tmp_path_factory.mktemp("sensors"), RATES)


def test_f17_places_under_sensors_record_more_at_equal_events(sensors: auditkit.Audit) -> None:
    found = numbers(sensors)["covered_record_ratio/loop"]

    assert found["value"] == pytest.approx(4.2)  # [1 - .8 x .2] / .2
    assert [(finding.id, finding.status) for finding in sensors.document.findings] == [
        ("a-limit/loop", "does_not_meet")
    ]
    assert "record 4.20 times as many as others" in sensors.files["report.en.html"].decode()
    assert "record 4.20 times as many as others" in sensors.files["report.en.md"].decode()


@pytest.mark.parametrize("kind", ["html", "md"])
def test_what_could_not_be_measured_of_alerts_is_said_with_its_reason(
    sensors: auditkit.Audit, kind: str
) -> None:
    text = sensors.files[f"report.en.{kind}"].decode()

    assert "was not measured, because no response times are named." in text
    assert "was not measured, because no dispatches by lot are named." in text
    assert "Stops near alerts were not measured, because no table of stops is named." in text
    assert "That was not measured, because no such list is named." in text


def test_sites_chosen_by_records_go_where_sensors_are_and_by_reports_they_do_not(
    sensors: auditkit.Audit,
) -> None:
    alert = feedback(sensors)["alert"]
    arms = {arm["rule"]: arm for arm in alert["arms"]}

    assert (alert["verdict"], alert["due_share"]) == ("distorted", 0.2)
    assert arms["all_records"]["to_existing"] > 0.9
    # events are the same everywhere: by reports alone an area with sensors is as likely as any other, 8 of 40
    assert arms["reports_only"]["to_existing"] == pytest.approx(0.2, abs=0.06)
    assert arms["reports_only"]["change"][2] < 0


def test_without_assumed_rates_the_loop_of_sensors_cannot_be_estimated(tmp_path: Path) -> None:
    audit = run_alerts(tmp_path, "[feedback]\n")

    assert feedback(audit)["alert"]["verdict"] == "cannot_be_estimated"
    assert "so the loop cannot be estimated" in audit.files["report.en.md"].decode()
    assert [finding.status for finding in audit.document.findings] == ["not_checked"]


# --- F18, F19: logs of a tool in use ----------------------------------------------------------------------------------

PLACES = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "{status}"
[policy]
use = "policy.toml"
[records]
path = "records.csv"
area = "area"
time = "week"
period = "week"
decision = {{ column = "hot", flagged = ["1"] }}
[areas]
path = "areas.csv"
id = "area"
[deployment]
path = "logs.csv"
area = "area"
time = "week"
"""
OWN = 'discovered = "found"\nreported = "told"\n'


def run_places(
    folder: Path, logs: list[str], *, areas: list[str], sections: str, bound: str = "at_most = 0.2"
) -> auditkit.Audit:
    policy(folder, "log_deployment_elasticity", bound)
    (folder / "areas.csv").write_text("\n".join(["area", *areas]) + "\n")
    rows = [f"{area},2022-01-03,{int(at == 0)}" for at, area in enumerate(areas)]
    (folder / "records.csv").write_text("\n".join(["area,week,hot", *rows]) + "\n")
    (folder / "logs.csv").write_text("\n".join(logs) + "\n")
    (folder / "audit.toml").write_text(PLACES.format(status="deployed") + sections)
    return auditkit.run_audit(folder / "audit.toml")


def test_f18_just_inside_the_limit_twice_as_much_is_discovered_for_each_report(tmp_path: Path) -> None:
    # two areas on either side of the limit of two, in one week and the next: 60 and 100 inside, 30 and 100 outside
    logs = ["area,week,hours,found,told,control,place"]
    for area, found, told, rank in (("a", 15, 20, 1), ("b", 15, 30, 2), ("c", 10, 20, 3), ("d", 5, 30, 4)):
        logs += [f"{area},{week},10,{found},{told},1,{rank}" for week in ("2021-01-04", "2021-01-11")]
    audit = run_places(
        tmp_path, logs, areas=["a", "b", "c", "d"],
        sections=f'hours = "hours"\n{OWN}rank = "place"\nlimit = 2\nnear = 2\n',
    )  # fmt: skip
    compared = numbers(audit)["log_cutoff_comparison/loop"]

    assert compared["value"] == pytest.approx(2.0)
    assert compared["interval"] == pytest.approx([1.191, 3.359], abs=5e-4)
    # the same hours in every week: nothing else can be had from these logs
    assert numbers(audit)["log_deployment_elasticity/loop"]["reason"] == "NE-CONSTANT"
    assert feedback(audit)["logs"]["verdict"] == "not_estimable"
    text = audit.files["report.en.html"].decode()
    assert "2.00 (1.19 \u2013 3.36)" in text
    assert "cannot be estimated: deployment never changes within an area" in text


@pytest.fixture(scope="module")
def in_use(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    """Audit a tool whose logs are those of F19 with a discovery effect of one half."""
    import datetime as dt

    import numpy as np

    from benchmarks.feedback_logs import World, made_logs

    made = made_logs(World(60, 104, 0.5), np.random.default_rng(3))
    weeks = [(dt.date(2020, 1, 6) + dt.timedelta(weeks=at)).isoformat() for at in range(104)]
    areas = [f"a{at:02}" for at in range(60)]
    burglaries = np.random.default_rng(4).poisson(2.0, made.reported.shape)
    logs = ["area,week,hours,found,told,burglaries"]
    for at, area in enumerate(areas):
        for when, week in enumerate(weeks):
            cell = (made.discovered[at, when], made.reported[at, when], burglaries[at, when])
            logs.append(
                f"{area},{week},{float(made.deployment[at, when])!r},{','.join(str(int(n)) for n in cell)}"
            )
    return run_places(
        tmp_path_factory.mktemp("used"), logs, areas=areas,
        sections=f'hours = "hours"\n{OWN}control = "burglaries"\ncontrol_means = "reported burglaries"\n',
    )  # fmt: skip


def test_f19_records_follow_deployment_where_they_do(in_use: auditkit.Audit) -> None:
    found = numbers(in_use)["log_deployment_elasticity/loop"]

    # .50 with a standard deviation of .03 between made logs (F19); three of them
    assert found["value"] == pytest.approx(0.5, abs=0.1)
    assert found["interval"][0] > 0.2
    assert feedback(in_use)["logs"]["verdict"] == "follows"
    assert [(one.id, one.status) for one in in_use.document.findings] == [("a-limit/loop", "does_not_meet")]


def test_f19_what_deployment_cannot_change_stays_at_0(in_use: auditkit.Audit) -> None:
    for metric in ("log_negative_control", "log_placebo_lead"):
        low, high = numbers(in_use)[f"{metric}/loop"]["interval"]
        assert low < 0 < high


def test_the_logs_have_their_own_part_of_the_report(in_use: auditkit.Audit) -> None:
    html, markdown = (in_use.files[f"report.en.{kind}"].decode() for kind in ("html", "md"))

    assert '"cutoff_counts"' not in in_use.files["audit.json"].decode()
    for text in (html, markdown):
        assert "Where more police were sent, more was recorded" in text
    assert 'data-m="log_deployment_elasticity/loop"' in with_ids(in_use.files)
    assert "Police cannot discover: reported burglaries." in html
    assert {source.table for source in in_use.document.inputs} == {"records", "areas", "deployment"}


def test_a_tool_that_logs_flags_has_a_gain_as_well(tmp_path: Path) -> None:
    # flagged with chance .4 + .2 log(records of the last two weeks / 8); a flag doubles what is discovered
    import datetime as dt
    import math

    import numpy as np

    rng = np.random.default_rng(9)
    areas = [f"a{at:02}" for at in range(40)]
    before, logs = np.full((2, 40), 4), ["area,week,flag,found,told"]
    for week in range(60):
        day = (dt.date(2020, 1, 6) + dt.timedelta(weeks=week)).isoformat()
        flags = rng.random(40) < np.clip(0.4 + 0.2 * np.log((before.sum(axis=0) + 0.5) / 8), 0, 1)
        here, told = rng.poisson(3 * 2.0**flags), rng.poisson(5.0, 40)
        logs += [f"{area},{day},{int(flags[at])},{here[at]},{told[at]}" for at, area in enumerate(areas)]
        before = np.stack([before[1], here])
    audit = run_places(tmp_path, logs, areas=areas, sections=f'flags = "flag"\n{OWN}memory_periods = 2\n')
    trace, gain = (numbers(audit)[f"log_{name}/loop"] for name in ("retraining_response", "loop_gain"))

    for found, truth in ((trace, 0.2), (gain, 0.2 * math.log(2))):
        low, high = found["interval"]
        assert low > 0
        assert found["value"] == pytest.approx(truth, abs=0.75 * (high - low))  # three standard errors
    for kind in ("html", "md"):
        text = audit.files[f"report.en.{kind}"].decode()
        assert "how many flags come back for one flag more" in text
        assert "Flags were logged, not hours." in text


def test_without_the_source_of_records_the_logs_say_so(tmp_path: Path) -> None:
    logs = ["area,week,hours", "a,2021-01-04,1", "a,2021-01-11,3", "b,2021-01-04,2", "b,2021-01-11,1"]
    audit = run_places(tmp_path, logs, areas=["a", "b"], sections='hours = "hours"\n')

    assert numbers(audit)["log_deployment_elasticity/loop"]["reason"] == "NE-SPLIT"
    assert [finding.status for finding in audit.document.findings] == ["cannot_tell"]
    assert "records do not tell what others reported" in audit.files["report.en.html"].decode()


@pytest.mark.parametrize("name", ["supervised", "noise", "sensors", "in_use"])
def test_every_number_shown_leads_to_the_document(name: str, request: pytest.FixtureRequest) -> None:
    assert untraced(request.getfixturevalue(name).document) == []
