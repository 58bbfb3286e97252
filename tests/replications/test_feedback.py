"""The feedback test through the front door: histories whose loops can be worked out by hand (methods 6 and 9.4)."""

import json
from pathlib import Path
from typing import Any

import pytest
from scipy.optimize import brentq

import auditkit
from tests.report.tracing import untraced, with_ids

POLICY = """
name = "loop"
version = "1"
[[limit]]
id = "feedback-loop"
measure = "feedback_verdict"
dimension = "loop"
compare = "each"
tolerance_log_odds = 0.22
required = true
tool_types = ["place"]
scope = "replication"
source = "methods 6.3"
why = "It repeats derived cases."
"""
AUDIT = """
[tool]
name = "Forecaster"
vendor = "Example Ltd"
version = "1"
type = "place"
purpose = "names areas for patrols"
flagged_means = "living in an area named for patrols"
orientation = "burden"
status = "proposed"
[policy]
use = "policy.toml"
[publication]
smallest_cell = 0
[run]
seed = {seed}
[records]
path = "records.csv"
area = "area"
time = "week"
period = "week"
decision = {{ column = "hot", flagged = ["1"] }}
[areas]
path = "areas.csv"
id = "area"
[history]
path = "history.csv"
area = "area"
time = "week"
count = "n"
{source}
"""
SPLIT = 'source = { column = "how", reported = ["call"], discovered = ["patrol"] }'
# Every incident that happens has an even chance of being reported, and of being discovered by a visit: a visit then
# discovers as many records as are reported anyway.
EVEN = 'truth = { source = "assumed", reporting_rate = [0.5, 0.5], discovery_rate = [0.5, 0.5] }'
WEEKS = tuple(f"2018-{month:02}-{day:02}" for month in range(1, 11) for day in (8, 22))


def run(
    folder: Path,
    feedback: str,
    *,
    reported: tuple[int, ...],
    discovered: tuple[int, ...],
    seed: int = 1,
    source: str = SPLIT,
    policy: str = POLICY,
) -> auditkit.Audit:
    """Audit a tool that flags the first area each week, after twenty weeks with so many records of either kind."""
    assert len(WEEKS) == 20
    folder.mkdir(parents=True, exist_ok=True)
    areas = [f"a{i}" for i in range(len(reported))]
    rows = [f"{area},{week},{int(area == 'a0')}" for week in ("2019-01-07", "2019-01-14") for area in areas]
    past = [
        # all counts of a kind stand in the first week; the other weeks hold zeros
        f"{area},{week},{kind},{n if week == WEEKS[0] else 0}"
        for kind, counts in (("call", reported), ("patrol", discovered))
        for area, n in zip(areas, counts, strict=True)
        for week in WEEKS
    ]
    (folder / "records.csv").write_text("\n".join(["area,week,hot", *rows]) + "\n")
    (folder / "areas.csv").write_text("\n".join(["area", *areas]) + "\n")
    (folder / "history.csv").write_text("\n".join(["area,week,how,n", *past]) + "\n")
    (folder / "policy.toml").write_text(policy)
    (folder / "audit.toml").write_text(AUDIT.format(seed=seed, source=source) + feedback)
    return auditkit.run_audit(folder / "audit.toml")


def loop(
    *,
    rounds: int = 200,
    replicates: int = 100,
    truth: str = EVEN,
    more: str = "",
    allocator: str = "proportional",
) -> str:
    return f'[feedback]\nallocator = "{allocator}"\nrounds = {rounds}\nreplicates = {replicates}\n{more}\n{truth}\n'


def found(audit: auditkit.Audit) -> dict[str, Any]:
    feedback: dict[str, Any] = json.loads(audit.files["audit.json"])["feedback"]
    return feedback


def arms(audit: auditkit.Audit) -> dict[str, dict[str, Any]]:
    return {arm["name"]: arm for arm in found(audit)["arms"]}


def limit(audit: auditkit.Audit) -> str:
    return next(finding.status for finding in audit.document.findings if finding.limit_id == "feedback-loop")


# --- equal areas: what the loop makes of chance (F5) ---------------------------------------------------------------


@pytest.fixture(scope="module")
def equal(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    """Audit two equal areas; a visit discovers 60/20 = 3 records, and 2/20 are reported a week in either."""
    return run(
        tmp_path_factory.mktemp("equal"),
        loop(rounds=1000, replicates=200, more="decay = 0.01"),
        reported=(2, 2),
        discovered=(30, 30),
    )


def test_f5_on_equal_areas_the_loop_keeps_chance_and_the_correction_does_not(equal: auditkit.Audit) -> None:
    null = arms(equal)
    plain, corrected = null["equal_rates"], null["equal_rates_corrected"]

    # the mean looks fair; the spread between runs does not (methods 6.4)
    assert plain["top_mean"] == pytest.approx(0.5, abs=0.06)
    assert corrected["top_mean"] == pytest.approx(0.5, abs=0.02)
    assert corrected["spread"] < 0.08  # F5 without reports: .049
    assert plain["spread"] > 0.12  # F5 without reports: .179
    assert found(equal)["null_variance_ratio"] > 4  # F5 without reports: about 13


def test_f5_the_variance_ratio_is_that_of_the_two_arms(equal: auditkit.Audit) -> None:
    null = arms(equal)
    ratio = (null["equal_rates"]["spread"] / null["equal_rates_corrected"]["spread"]) ** 2

    assert found(equal)["null_variance_ratio"] == pytest.approx(ratio, rel=1e-9)


def test_f5_a_corrected_tool_adds_no_noise_on_equal_areas(tmp_path: Path) -> None:
    audit = run(
        tmp_path,
        loop(rounds=1000, replicates=300, more='correction = "importance"\ndecay = 0.01'),
        reported=(2, 2),
        discovered=(30, 30),
    )

    # both arms of the null test are then corrected: 300 runs put their ratio within about a third of 1
    assert found(audit)["null_variance_ratio"] == pytest.approx(1, abs=0.35)


# --- three areas, reports 3 : 2 : 1 (F7) -----------------------------------------------------------------------------

REPORTS = (60, 40, 20)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    return run(
        tmp_path_factory.mktemp("three"),
        loop(rounds=2000, replicates=100),
        reported=REPORTS,
        discovered=(30, 30, 30),
    )


def resting(reported: tuple[float, ...], discovered: tuple[float, ...]) -> list[float]:
    """Where expected shares rest: p (S - d) = r in every area and shares add up to 1."""
    above = max(discovered)
    total = brentq(
        lambda s: sum(r / (s - d) for r, d in zip(reported, discovered, strict=True)) - 1,
        above + 1e-9,
        above + 100,
    )
    return [r / (total - d) for r, d in zip(reported, discovered, strict=True)]


def test_f7_true_shares_are_those_of_the_reports(three: auditkit.Audit) -> None:
    shares = [area["true_share"] for area in found(three)["areas"]]

    assert shares == pytest.approx([1 / 2, 1 / 3, 1 / 6])


def test_f7_the_loop_as_submitted_overshoots_where_expected_shares_rest(three: auditkit.Audit) -> None:
    # a week brings 3, 2 and 1 reports, and a visit discovers as many
    expected = resting((3, 2, 1), (3, 2, 1))
    ours = [area["limit_share"] for area in found(three)["areas"]]

    assert ours == pytest.approx(expected, abs=1e-6)
    assert expected[0] > 0.55
    assert arms(three)["as_submitted"]["top_mean"] == pytest.approx(expected[0], abs=0.03)


def test_f7_the_corrected_loop_ends_at_the_true_shares(three: auditkit.Audit) -> None:
    corrected = arms(three)["corrected"]

    assert corrected["top_mean"] == pytest.approx(0.5, abs=0.01)
    assert corrected["top_sd"] < 0.05


def test_f7_a_tool_that_is_corrected_is_judged_by_where_the_corrected_loop_rests(tmp_path: Path) -> None:
    audit = run(
        tmp_path,
        loop(rounds=500, replicates=200, more='correction = "importance"'),
        reported=REPORTS,
        discovered=(30, 30, 30),
    )

    # the starved third area of the two-area rule would be at 0 (methods 6.1, trap)
    assert [area["limit_share"] for area in found(audit)["areas"]] == pytest.approx(
        [1 / 2, 1 / 3, 1 / 6], abs=1e-6
    )
    assert found(audit)["verdict"] == "no_material_amplification"
    assert limit(audit) == "meets"


def test_a_loop_that_mostly_discovers_is_distorted(tmp_path: Path) -> None:
    # one in ten is reported and a visit discovers all: ten times as many discovered as reported
    truth = 'truth = { source = "assumed", reporting_rate = [0.1, 0.1], discovery_rate = [1.0, 1.0] }'
    audit = run(tmp_path, loop(truth=truth), reported=REPORTS, discovered=(30, 30, 30))
    scenario = found(audit)["scenarios"][0]
    expected = resting((3, 2, 1), (30, 20, 10))

    assert scenario["structure"] == "one_resting_point"
    assert scenario["top_limit"] == pytest.approx(expected[0], abs=1e-6)
    assert (found(audit)["verdict"], limit(audit)) == ("distorted", "does_not_meet")
    assert audit.document.recommendation.code == "do_not_deploy"


def test_a_loop_that_hardly_discovers_stays_within_the_tolerance(tmp_path: Path) -> None:
    # a hundred reports for each discovery
    truth = 'truth = { source = "assumed", reporting_rate = [1.0, 1.0], discovery_rate = [0.01, 0.01] }'
    audit = run(tmp_path, loop(truth=truth), reported=REPORTS, discovered=(1, 1, 1))

    assert (found(audit)["verdict"], limit(audit)) == ("no_material_amplification", "meets")
    assert audit.document.recommendation.code == "ready_for_board_vote"


# --- a tool that takes the top areas -------------------------------------------------------------------------------------

LIMITS = """
[[limit]]
id = "{id}"
measure = "{measure}"
dimension = "loop"
compare = "each"
at_most = {most}
required = true
tool_types = ["place"]
scope = "replication"
source = "methods 6.3"
why = "It repeats derived cases."
"""


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory) -> auditkit.Audit:
    """Audit a tool that visits the area with most records, where all six areas report nearly alike."""
    limits = {"loop_runaway_probability": 0.05, "loop_lock_in_probability": 0.05, "loop_null_noise": 2}
    return run(
        tmp_path_factory.mktemp("taking"),
        loop(allocator="top_k", rounds=40),
        reported=(62, 61, 60, 59, 58, 57),
        discovered=(30,) * 6,
        policy=POLICY
        + "".join(
            LIMITS.format(id=name.replace("_", "-"), measure=name, most=most) for name, most in limits.items()
        ),
    )


def test_f3_the_gain_of_a_tool_that_remembers_a_window_is_the_slope_of_the_window_map(tmp_path: Path) -> None:
    # Rates 369 : 282, as 3.68511 : 2.816466 of F3, of which a visit finds as much as is reported: weight .5, slope .322.
    limits = [
        LIMITS.format(id=f"gain-{at}", measure="loop_spectral_radius", most=most)
        for at, most in enumerate((0.4, 0.25))
    ]
    audit = run(
        tmp_path, loop(rounds=40, more="window = 20"), reported=(369, 282), discovered=(180, 140),
        policy=POLICY + "".join(limits),
    )  # fmt: skip
    items = {item.id: item for item in audit.document.measurements}
    gain = items["loop_spectral_radius/loop=as%20submitted"]

    assert gain.value == pytest.approx(0.322, abs=0.02)
    assert gain.interval is not None
    assert (gain.interval[1] or 1) - (gain.interval[0] or 0) < 0.03
    assert (statuses(audit)["gain-0"], statuses(audit)["gain-1"]) == ("meets", "does_not_meet")
    assert found(audit)["radius_periods"] == 20
    for kind in ("html", "md"):
        text = audit.files[f"report.en.{kind}"].decode()
        assert "one retraining multiplies a small difference between areas by up to 0.32." in text
        assert "It learns from records of 20 rounds each time." in text


def statuses(audit: auditkit.Audit) -> dict[str, str]:
    return {finding.limit_id: finding.status for finding in audit.document.findings}


def test_where_a_tool_that_takes_the_top_area_ends_depends_on_where_it_started(
    taking: auditkit.Audit,
) -> None:
    # a visit discovers as much as is reported, so the visited area gains twice what others gain and is rarely overtaken
    assert found(taking)["verdict"] == "history_dependent"
    # with full knowledge, the rule would send every visit to the busiest area too: that is no doing of the loop
    assert arms(taking)["as_submitted"]["concentrated"] == 0
    assert statuses(taking) == {
        "feedback-loop": "does_not_meet",
        "loop-runaway-probability": "meets",  # 0 of 100 runs: at most .037
        "loop-lock-in-probability": "cannot_tell",  # it has no interval
        "loop-null-noise": statuses(taking)["loop-null-noise"],
    }


def test_runs_from_a_history_turned_round_end_in_another_area(taking: auditkit.Audit) -> None:
    starts = {start["name"]: start for start in found(taking)["starts"]}

    assert starts["as_recorded"]["top_share"][0] > 0.8
    assert starts["turned_round"]["top_share"][0] < 0.2
    assert starts["turned_round"]["log_odds_apart"][2] < -1


def test_what_would_help_is_told_with_what_it_costs(taking: auditkit.Audit) -> None:
    ladder = {step["name"]: step for step in found(taking)["ladder"]}
    # six areas, equal chances: a sixth of all visits; the rates are 3.1, 3.05 … 2.85 over .5, and half is discovered
    rates = [n / 20 / 0.5 for n in (62, 61, 60, 59, 58, 57)]

    assert len(ladder) == 13
    assert ladder["random"]["top_share"][0] == pytest.approx(1 / 6, abs=0.03)
    assert ladder["random"]["found"][0] == pytest.approx(0.5 * sum(rates) / 6, abs=0.08)
    assert ladder["tool"]["found"][0] == pytest.approx(0.5 * rates[0], abs=0.08)
    for step in ladder.values():
        assert step["found"][0] + step["missed"] == pytest.approx(sum(rates))
    low, high = ladder["random"]["found_difference"][1:]
    assert low <= 0.5 * (sum(rates) / 6 - rates[0]) <= high


def test_patrols_that_prevent_lower_what_happens_where_they_go(taking: auditkit.Audit) -> None:
    # one visit multiplies the incidents of its area by 2 ** e
    prevented = {row["elasticity"]: row["prevented"] for row in found(taking)["deterrence"]}

    assert prevented[0.0] == 0
    assert prevented[-0.1] == pytest.approx(6.2 * (1 - 2**-0.1), abs=0.02)
    assert prevented[-0.3] == pytest.approx(6.2 * (1 - 2**-0.3), abs=0.05)


def test_both_reports_say_where_it_leads_and_on_which_assumption(taking: auditkit.Audit) -> None:
    for name in ("report.en.html", "report.en.md"):
        text = taking.files[name].decode()
        assert "If the tool is retrained on what its own patrols find, after 40 weeks" in text
        assert "Every figure is conditional: nobody observed the true rates." in text
        assert "What would help, and what would it cost?" in text
        assert "more concentrated than incidents and the rule make them is 0.00." in text
    assert 'data-m="loop_runaway_probability/loop=as%20submitted"' in with_ids(taking.files)
    assert taking.files["tables/loop_ladder.csv"].decode().count("\n") == 14
    assert taking.files["tables/loop_areas.csv"].decode().count("\n") == 7


# --- what cannot be known ----------------------------------------------------------------------------------------------


def test_a_tool_that_learns_only_from_what_it_discovers_runs_away(tmp_path: Path) -> None:
    # Methods 6.1: discovered only, all patrol ends in the area with the larger rate, however small the gap; no
    # assumption about reporting is needed for that.
    audit = run(tmp_path, loop(), reported=(0, 0, 0), discovered=(60, 40, 20))

    assert found(audit)["status"] == "measured"
    assert {scenario["structure"] for scenario in found(audit)["scenarios"]} == {"runaway"}
    assert (found(audit)["verdict"], limit(audit)) == ("runaway", "does_not_meet")


def test_without_the_source_of_records_the_loop_is_not_checked_and_needs_are_named(tmp_path: Path) -> None:
    audit = run(tmp_path, loop(), reported=REPORTS, discovered=(30, 30, 30), source="")

    assert found(audit)["status"] == "not_checked"
    assert any("reported" in need and "discovered" in need for need in found(audit)["needs"])
    topics = {one.topic: one for one in audit.document.not_checked}
    told = topics["Whether the tool would feed on records that its own use produces"]
    assert "does not tell reported from discovered" in told.because
    assert told.needs
    assert (limit(audit), audit.document.recommendation.code) == ("not_checked", "not_ready")


def test_without_an_assumed_truth_nothing_is_estimated_and_break_even_values_are_given(
    tmp_path: Path,
) -> None:
    audit = run(tmp_path, loop(truth=""), reported=(180, 120), discovered=(120, 80))
    feedback = found(audit)

    assert (feedback["verdict"], limit(audit)) == ("cannot_be_estimated", "cannot_tell")
    assert audit.document.recommendation.code == "not_ready"
    assert feedback["scenarios"] == []
    assert set(arms(audit)) == {
        "equal_rates", "equal_rates_corrected", "permuted_history", "permuted_history_corrected"
    }  # fmt: skip
    assert {area["true_share"] for area in feedback["areas"]} == {None}
    # all flags fall on the first area: no reporting rate would make that proportionate
    assert {area["tipping"] for area in feedback["areas"]} == {None}


# --- one seed, one answer --------------------------------------------------------------------------------------------


def without_time(audit: auditkit.Audit) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(audit.files["audit.json"])
    assert document["provenance"].pop("created")
    return document


def test_one_seed_gives_one_answer_and_another_moves_only_what_is_simulated(tmp_path: Path) -> None:
    folder = tmp_path / "loop"
    first, again, other = (
        run(folder, loop(), reported=REPORTS, discovered=(30, 30, 30), seed=seed) for seed in (1, 1, 2)
    )

    assert json.dumps(without_time(first)) == json.dumps(without_time(again))
    assert arms(first) != arms(other)
    assert found(first)["scenarios"] == found(other)["scenarios"]
    assert found(first)["areas"] == found(other)["areas"]


def test_every_number_shown_leads_to_the_document(taking: auditkit.Audit) -> None:
    assert untraced(taking.document) == []
