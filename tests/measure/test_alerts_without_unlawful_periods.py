"""Alert systems again without alerts of unlawful periods, through whole audits."""

from pathlib import Path

import pytest

from auditkit import Audit, run_audit
from auditkit.results.document import MeasurementRecord
from tests.report.tracing import with_ids

SECTIONS = """
[tool]
name = "Sensors"
vendor = "Example Ltd"
version = "1"
type = "alert"
purpose = "sends officers to loud noises"
flagged_means = "a place to which officers are sent"
orientation = "burden"
status = "pilot"
[records]
path = "alerts.csv"
counts = "n"
time = "day"
period = "month"
outcome = { column = "found", confirmed = ["casing"], unfounded = ["firework"], means = "casings found", source = "officer_initiated" }
[actions]
linked_by = "incident number"
taken.stop = { column = "stop", yes = ["1"] }
[groups.race]
column = "race"
reference = "A"
[[unlawful_periods]]
first = 2020-01-10
last = 2020-01-31
finding = "a finding of misconduct"
"""
# The last day of the period is within it, the next day is not; an alert without a date is in neither column.
ALERTS = """race,day,found,stop,n
A,2020-01-31,casing,0,20
A,2020-01-31,firework,0,30
A,2020-02-01,casing,1,40
A,2020-02-01,firework,0,60
A,,firework,0,12
B,2020-01-10,casing,1,60
B,2020-01-10,firework,0,20
B,2020-01-09,casing,0,20
B,2020-01-09,firework,1,30
B,2020-01-09,firework,0,50
"""
LAWFUL = "@lawful%20records"


def audited(folder: Path, alerts: str = ALERTS) -> Audit:
    folder.mkdir(exist_ok=True)
    (folder / "alerts.csv").write_text(alerts)
    (folder / "audit.toml").write_text(SECTIONS)
    return run_audit(folder / "audit.toml")


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return audited(tmp_path_factory.mktemp("alerts"))


def items(audit: Audit) -> dict[str, MeasurementRecord]:
    return {item.id: item for item in audit.document.measurements}


def counts(item: MeasurementRecord) -> tuple[int | None, int | None]:
    return item.numerator, item.denominator


def test_rates_are_given_again_for_alerts_outside_the_period(audit: Audit) -> None:
    found = items(audit)

    # A: 20 + 40 of 50 + 100 + 12 alerts were confirmed, 40 of 100 outside the period; B: 60 + 20 of 180, and 20 of 100.
    for group, whole, without in (("A", (60, 162), (40, 100)), ("B", (80, 180), (20, 100))):
        assert counts(found[f"positive_predictive_value_all/race={group}"]) == whole
        assert counts(found[f"positive_predictive_value_all/race={group}{LAWFUL}"]) == without
    assert counts(found[f"positive_predictive_value/everyone{LAWFUL}"]) == (60, 200)
    assert found[f"alerts/everyone{LAWFUL}"].value == 200
    assert found[f"positive_predictive_value_all_range/race{LAWFUL}"].value == pytest.approx(0.2)
    # Stops: 40 of A's 100 alerts, 30 of B's.
    assert counts(found[f"action_rate_stop/race=B{LAWFUL}"]) == (30, 100)
    assert found[f"positive_predictive_value_all_ratio/race=B{LAWFUL}~race=A"].value == pytest.approx(0.5)
    assert found[f"action_rate_stop_difference/race=B{LAWFUL}~race=A"].value == pytest.approx(-0.1)


def test_the_report_sets_both_side_by_side(audit: Audit) -> None:
    text = audit.files["report.en.md"].decode()

    # 60 of 162 is 37.0 %, and 40 of 100 is 40 %.
    row = next(line for line in text.splitlines() if line.startswith("| Confirmed, of all alerts (A)"))
    assert "37.0%" in row
    assert "40.0%" in row
    assert f'data-m="positive_predictive_value_all/race=A{LAWFUL}"' in with_ids(audit.files)
    assert "No figure could be given again" not in text
    assert "_range" not in text


def test_without_alerts_outside_the_period_nothing_is_given_again(tmp_path: Path) -> None:
    inside = "\n".join(line for line in ALERTS.splitlines() if "2020-02" not in line and "-09" not in line)

    text = audited(tmp_path, inside + "\n").files["report.en.md"].decode()

    assert "No figure could be given again" in text


def test_few_alerts_within_the_period_do_not_follow_by_subtraction(tmp_path: Path) -> None:
    # Of A, 5 alerts and no more are of the unlawful time: 105 of all records less 100 would give them away.
    few = ALERTS.replace("A,2020-01-31,casing,0,20\n", "").replace(
        "A,2020-01-31,firework,0,30", "A,2020-01-31,firework,0,5"
    )
    few = few.replace("A,,firework,0,12\n", "")

    found = items(audited(tmp_path, few))

    assert counts(found["positive_predictive_value_all/race=A"]) == (40, 105)
    for name in ("alerts", "positive_predictive_value_all", "positive_predictive_value"):
        assert found[f"{name}/race=A{LAWFUL}"].status == "withheld"
        # 200 outside the period, less the 100 of B, would give it away as well
        assert "withheld" in {found[f"{name}/{group}{LAWFUL}"].status for group in ("everyone", "race=B")}
    assert found[f"positive_predictive_value_all_difference/race=B{LAWFUL}~race=A"].status == "withheld"


def test_without_declared_periods_nothing_is_given_again(tmp_path: Path) -> None:
    (tmp_path / "alerts.csv").write_text(ALERTS)
    (tmp_path / "audit.toml").write_text(SECTIONS.split("[[unlawful_periods]]", maxsplit=1)[0])

    found = items(run_audit(tmp_path / "audit.toml"))

    assert [name for name in found if "lawful" in name] == []
