"""Runs of the urn against the methods reference (F4 to F6) and against arithmetic."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from auditkit.statistics.amplification import between_run_spread, noise_amplification
from auditkit.statistics.runaway import lock_in, runaway_probability
from auditkit.statistics.urn import Correction, Urn, mean_field
from auditkit.statistics.urn_runs import Outcome, simulate

FIRST, SECOND, THIRD = 3.68511, 2.816466, 2.35592  # discovery rates of Ensign et al. (2018)


def make_urn(recorded: list[int], discovered: list[float], **settings: Any) -> Urn:
    reported = settings.pop("reported", [0.0] * len(discovered))
    return Urn(
        recorded=np.array(recorded),
        discovered=np.array(discovered),
        reported=np.array(reported, dtype=float),
        **settings,
    )


@cache
def play(
    start: tuple[int, int], rates: tuple[float, float], correction: Correction, last: int = 1
) -> Outcome:
    """2,000 runs of the published set-up: 1,000 days, a hundredth of the records forgotten each day."""
    urn = make_urn(list(start), list(rates), correction=correction, decay=0.01)
    keep = range(1, last + 1)
    return simulate(urn, rounds=1_000, replicates=2_000, rng=np.random.default_rng(20), keep=keep, track=[0])


def test_discovered_records_alone_run_away() -> None:
    runs = play((609, 379), (FIRST, SECOND), "none", 1_000)
    share = runs.final[:, 0]

    assert share.mean() == pytest.approx(0.933, abs=0.01)
    assert np.quantile(share, [0.05, 0.5, 0.95]) == pytest.approx([0.82, 0.95, 0.997], abs=0.01)
    assert runaway_probability(runs.final, threshold=0.95).probability == pytest.approx(0.47, abs=0.03)


def test_runs_that_end_locked_in_crossed_late() -> None:
    runs = play((609, 379), (FIRST, SECOND), "none", 1_000)

    # F4: without a dwell, lock-in is merely the final share, and its median crossing is near day 865.
    crossing = lock_in(runs.leading >= 0.95, runs.kept, dwell=0)

    assert np.count_nonzero(crossing.locked) == runaway_probability(runs.final, threshold=0.95).reached
    assert np.median(crossing.rounds[crossing.locked]) == pytest.approx(865, abs=20)


def test_importance_correction_holds_the_true_share() -> None:
    runs = play((609, 379), (FIRST, SECOND), "importance")
    share = runs.final[:, 0]

    assert share.mean() == pytest.approx(0.568, abs=0.01)
    assert share.std(ddof=1) == pytest.approx(0.049, abs=0.01)
    assert runaway_probability(runs.final, threshold=0.95).reached == 0


def test_a_lopsided_start_is_concentrated_from_day_0_and_the_correction_undoes_it() -> None:
    uncorrected = play((609, 7), (FIRST, THIRD), "none")
    corrected = play((609, 7), (FIRST, THIRD), "importance")

    assert uncorrected.final[:, 0].mean() == pytest.approx(0.994, abs=0.01)
    assert uncorrected.leading[0].min() > 0.95
    assert corrected.final[:, 0].mean() == pytest.approx(0.615, abs=0.01)


def test_equal_areas_look_fair_on_average_while_each_run_is_not() -> None:
    uncorrected, corrected = play((500, 500), (3, 3), "none"), play((500, 500), (3, 3), "importance")
    share = uncorrected.final[:, 0]

    assert share.mean() == pytest.approx(0.5, abs=0.01)
    assert between_run_spread(uncorrected.final).by_area[0] == pytest.approx(0.179, abs=0.01)
    assert np.quantile(share, [0.05, 0.95]) == pytest.approx([0.2, 0.79], abs=0.02)
    assert between_run_spread(corrected.final).by_area[0] == pytest.approx(0.049, abs=0.01)
    assert noise_amplification(uncorrected.final, corrected.final) == pytest.approx(13, abs=2)


def test_rare_discoveries_lead_to_the_polya_limit() -> None:
    # Poisson(.1) is nearly always 0 or 1, so equal areas from one record each approach Beta(1, 1), the uniform: F6.
    runs = simulate(
        make_urn([1, 1], [0.1, 0.1]), rounds=1_500, replicates=2_000, rng=np.random.default_rng(6)
    )
    share = runs.final[:, 0]

    assert np.mean(np.abs(share - 0.5) > 0.4) == pytest.approx(0.2, abs=0.03)
    assert share.std() == pytest.approx(1 / np.sqrt(12), abs=0.02)


def test_shares_of_equal_areas_are_a_martingale_of_known_spread() -> None:
    runs = simulate(
        make_urn([609, 379], [3, 3]), rounds=2_000, replicates=2_000, rng=np.random.default_rng(7)
    )
    share = runs.final[:, 0]

    # Each round adds p(1-p) E[x^2] / N^2, x ~ Poisson(3): p(1-p) (1 + 3) (1/988 - 1/6988) = .000822; its root is .0287.
    assert share.mean() == pytest.approx(609 / 988, abs=0.002)
    assert share.std(ddof=1) == pytest.approx(0.0287, rel=0.06)


def test_a_large_urn_follows_its_mean_field() -> None:
    urn = make_urn([4_000, 6_000, 2_000], [9, 3, 5], reported=[1, 4, 0], visits=6, decay=0.01)

    runs = simulate(urn, rounds=60, replicates=500, rng=np.random.default_rng(8))

    assert runs.final.mean(axis=0) == pytest.approx(mean_field(urn, steps=60).final, abs=0.001)


@pytest.mark.parametrize("correction", ["importance", "two_area_rule"])
def test_a_large_corrected_urn_follows_its_mean_field(correction: Correction) -> None:
    urn = make_urn([8_000, 1_000, 3_000], [30, 20, 10], visits=10, correction=correction)

    runs = simulate(urn, rounds=100, replicates=250, rng=np.random.default_rng(9))

    assert runs.final.mean(axis=0) == pytest.approx(mean_field(urn, steps=100).final, abs=0.002)


@pytest.mark.parametrize("scale", [0.1, 10.0])  # few reports are drawn one by one, many per area
def test_reports_arrive_at_their_rates_and_nowhere_else(scale: float) -> None:
    urn = make_urn([1, 1, 1], [0, 0, 0], reported=[scale, 3 * scale, 0])

    runs = simulate(urn, rounds=1_000, replicates=500, rng=np.random.default_rng(10))

    total = 3 + 4_000 * scale
    # The second count is Poisson given the total, so its share varies by about sqrt(.25 * .75 / 4000 scale).
    assert runs.final.mean(axis=0) == pytest.approx(
        [(1 + 1_000 * scale) / total, (1 + 3_000 * scale) / total, 1 / total], abs=0.003
    )
    assert runs.final[:, 1].std() == pytest.approx(np.sqrt(0.1875 / (4_000 * scale)), rel=0.15)


@pytest.mark.parametrize("records", [20, 2_000])  # few losses are drawn one by one, many per area
def test_forgetting_is_binomial(records: int) -> None:
    urn = make_urn([records, records], [0, 0], decay=0.01)

    runs = simulate(urn, rounds=30, replicates=4_000, rng=np.random.default_rng(11))

    # Of 2n records N = 2n * .99^30 = .7397 * 2n survive; given N the share is hypergeometric:
    # variance (1/4) (2n - N) / (N (2n - 1)).
    total, left = 2 * records, 2 * records * 0.99**30
    assert runs.final[:, 0].mean() == pytest.approx(0.5, abs=0.005)
    assert runs.final[:, 0].std() == pytest.approx(
        np.sqrt(0.25 * (total - left) / (left * (total - 1))), rel=0.05
    )


def test_the_last_record_is_never_forgotten() -> None:
    runs = simulate(
        make_urn([1, 1], [0, 0], decay=0.9), rounds=20, replicates=2, rng=np.random.default_rng(0)
    )

    assert np.all(runs.final == 0.5)


def test_found_and_missed_incidents_add_up_to_what_happens() -> None:
    urn = make_urn([50, 50], [2, 2], visits=2, true_rate=np.array([4.0, 6.0]))

    runs = simulate(urn, rounds=100, replicates=1_000, rng=np.random.default_rng(12))

    # Two visits a round find 2 each: 400 of 1,000 incidents; standard errors below .8.
    assert runs.found.mean() == pytest.approx(400, abs=3)
    assert runs.missed is not None
    assert runs.missed.mean() == pytest.approx(600, abs=4)
    assert (runs.found + runs.missed).var() == pytest.approx(1_000, rel=0.2)  # happenings are Poisson
    assert np.all(runs.discarded == 0)


def test_missed_incidents_need_a_true_rate() -> None:
    runs = simulate(make_urn([5, 5], [1, 1]), rounds=3, replicates=2, rng=np.random.default_rng(0))

    assert runs.missed is None


def test_the_correction_costs_the_records_that_it_discards() -> None:
    # At the corrected limit it keeps min(p) * sum of rates = .4332 * 6.5016 of the sum of p * rate = 3.3088: .8511
    first = FIRST / (FIRST + SECOND)
    kept = (1 - first) * (FIRST + SECOND) / (first * FIRST + (1 - first) * SECOND)
    urn = make_urn([566_803, 433_197], [FIRST, SECOND], correction="importance")

    runs = simulate(urn, rounds=200, replicates=1_000, rng=np.random.default_rng(13))

    assert 1 - runs.discarded.sum() / runs.found.sum() == pytest.approx(kept, abs=0.002)


def test_summaries_on_the_way_describe_the_path() -> None:
    urn = make_urn([5, 3, 2], [1, 2, 3])

    runs = simulate(urn, rounds=30, replicates=300, rng=np.random.default_rng(14), keep=[30, 10, 10])

    assert runs.kept.tolist() == [10, 30]
    assert runs.path.shape == (2, 300, 3)
    assert runs.path[1] == pytest.approx(runs.final, abs=1e-6)
    assert runs.mean[1] == pytest.approx(runs.final.mean(axis=0))
    assert runs.sd[1] == pytest.approx(runs.final.std(axis=0, ddof=1))
    assert runs.leading[1] == pytest.approx(runs.final.max(axis=1))
    assert runs.final.sum(axis=1) == pytest.approx(np.ones(300))


def test_only_tracked_areas_fill_the_path() -> None:
    urn = make_urn([5, 3, 2], [1, 2, 3])

    runs = simulate(urn, rounds=5, replicates=4, rng=np.random.default_rng(0), keep=[5], track=[2])

    assert runs.path[0, :, 0] == pytest.approx(runs.final[:, 2])


@pytest.mark.parametrize("areas", [2, 300])  # blocks of 250 and of 50 replicates
def test_a_replicate_does_not_depend_on_how_many_there_are(areas: int) -> None:
    urn = make_urn(
        [4] * areas, [2.0] * areas, reported=[0.1] * areas, decay=0.02, true_rate=np.full(areas, 3.0)
    )

    few = simulate(urn, rounds=20, replicates=30, rng=np.random.default_rng(15))
    many = simulate(urn, rounds=20, replicates=520, rng=np.random.default_rng(15), keep=[7])

    assert few.missed is not None
    assert many.missed is not None
    assert np.array_equal(few.final, many.final[:30])
    assert np.array_equal(few.missed, many.missed[:30])


def test_same_seed_gives_the_same_runs_and_another_seed_others() -> None:
    urn = make_urn([4, 4], [2, 2], reported=[1, 1], decay=0.1, correction="importance")

    first, again, other = (
        simulate(urn, rounds=20, replicates=50, rng=np.random.default_rng(seed)).final for seed in (1, 1, 2)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("rounds", "replicates", "keep"), [(0, 5, []), (5, 1, []), (5, 5, [6]), (5, 5, [0])])
def test_simulate_refuses_runs_that_tell_nothing(rounds: int, replicates: int, keep: list[int]) -> None:
    with pytest.raises(ValueError, match="rounds >= 1"):
        simulate(
            make_urn([1, 1], [1, 1]),
            rounds=rounds,
            replicates=replicates,
            rng=np.random.default_rng(0),
            keep=keep,
        )
