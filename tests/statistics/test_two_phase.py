"""Error rates from two samples: equal to plain counts where outcomes are complete, and what their intervals cover."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.statistics import two_phase
from auditkit.statistics.critical import normal
from auditkit.statistics.intervals import newcombe, wilson
from auditkit.statistics.two_phase import Counts, TwoSamples

Z = normal(0.95)
# 500 of 2,500 people flagged, 200 of them with the outcome; of 2,000 unflagged 200 audited, 10 with the outcome.
AUDIT = TwoSamples(500, 2500, Counts(200, 500), Counts(190, 200))
MANY = st.integers(1, 3000)


@given(tn=MANY, fp=MANY, fn=MANY, tp=MANY)
def test_complete_outcomes_give_the_plain_rates_and_their_plain_counts(
    tn: int, fp: int, fn: int, tp: int
) -> None:
    n = tn + fp + fn + tp
    samples = TwoSamples(fp + tp, n, Counts(tp, fp + tp), Counts(tn, tn + fn))

    missed, wrongly = two_phase.false_negative_rate(samples), two_phase.false_positive_rate(samples)
    with_it = two_phase.prevalence(samples)

    assert missed.counts == pytest.approx((fn, fn + tp))
    assert wrongly.counts == pytest.approx((fp, fp + tn))
    assert missed.value == pytest.approx(fn / (fn + tp))
    assert missed.variance == pytest.approx(fn * tp / (fn + tp) ** 3)
    assert wrongly.variance == pytest.approx(fp * tn / (fp + tn) ** 3)
    assert with_it == pytest.approx(((fn + tp) / n, (fn + tp) * (tn + fp) / n**3))


def test_an_audit_by_hand() -> None:
    # 100 of the 2,000 unflagged are expected to have the outcome, and 200 flagged people have it.
    missed, wrongly = two_phase.false_negative_rate(AUDIT), two_phase.false_positive_rate(AUDIT)
    with_it = two_phase.prevalence(AUDIT)

    assert missed.value == pytest.approx(100 / 300)
    assert wrongly.value == pytest.approx(300 / 2200)
    # log odds: (1/10 - 1/200) + (1/200 - 1/500) + 1/(2500 x .2 x .8) = .1005, times (1/3 x 2/3)^2
    assert missed.variance == pytest.approx(0.1005 * 4 / 81)
    # .2^2 x .4 x .6 / 500 + .8^2 x .05 x .95 / 200 + .35^2 x .2 x .8 / 2500
    assert with_it == pytest.approx((0.12, 0.0000192 + 0.000152 + 0.00000784))


def test_variances_are_those_of_numerical_derivatives() -> None:
    f, ppv, npv = 0.2, 0.4, 0.95
    spread = np.array([f * (1 - f) / 2500, ppv * (1 - ppv) / 500, npv * (1 - npv) / 200])

    def rates(share: float, right: float, clear: float) -> np.ndarray:
        wrong, missed = share * (1 - right), (1 - share) * (1 - clear)
        return np.array(
            [
                wrong / (wrong + (1 - share) * clear),
                missed / (missed + share * right),
                share * right + missed,
            ]
        )

    step = 1e-6
    at = np.array([f, ppv, npv])
    slopes = np.column_stack(
        [(rates(*(at + step * unit)) - rates(*(at - step * unit))) / (2 * step) for unit in np.eye(3)]
    )
    found = [
        rate(AUDIT).variance
        for rate in (two_phase.false_positive_rate, two_phase.false_negative_rate, two_phase.prevalence)
    ]

    assert found == pytest.approx(slopes**2 @ spread, rel=1e-6)


def test_no_finding_among_audited_people_allows_three_over_their_number() -> None:
    # Nobody among 200: Wilson allows z^2/(200 + z^2) = .01885 of 2,000 unflagged, 37.7 beside 200 found.
    none = AUDIT._replace(no_outcome_if_unflagged=Counts(200, 200))
    missed = two_phase.false_negative_rate(none)
    limits = wilson(*missed.counts, critical=Z)

    assert missed[:2] == (0, 0)
    assert limits.low == 0
    allowed = 2000 * Z**2 / (200 + Z**2)
    assert limits.high == pytest.approx(allowed / (allowed + 200), rel=0.02)
    assert limits.high > 2000 * 3 / 200 / (2000 * 3 / 200 + 200)  # the rule of three: 30 of 230


@given(found=st.floats(1e-9, 1e-4))
def test_effective_counts_are_continuous_at_no_finding(found: float) -> None:
    near = two_phase.false_negative_rate(AUDIT._replace(no_outcome_if_unflagged=Counts(200 - found, 200)))
    none = two_phase.false_negative_rate(AUDIT._replace(no_outcome_if_unflagged=Counts(200, 200)))

    assert near.counts.n == pytest.approx(none.counts.n, rel=1e-3)


def test_a_tool_that_finds_nobody_misses_everybody_but_not_for_certain() -> None:
    missed = two_phase.false_negative_rate(AUDIT._replace(outcome_if_flagged=Counts(0, 500)))

    assert missed[:2] == (1, 0)
    # Wilson allows z^2/(500 + z^2) of 500 flagged people with the outcome, 3.8 beside 100 unflagged.
    assert wilson(*missed.counts, critical=Z).low == pytest.approx(100 / 103.8, abs=0.001)


def test_never_wrong_among_flagged_people_is_not_certain_either() -> None:
    wrongly = two_phase.false_positive_rate(AUDIT._replace(outcome_if_flagged=Counts(500, 500)))

    assert wrongly[:2] == (0, 0)
    # 1,900 expected without the outcome stand beside 500 flagged: about Z^2 x 500/500 of 1,900
    assert wilson(*wrongly.counts, critical=Z).high == pytest.approx(Z**2 / 1900, rel=0.02)


def test_rates_without_a_denominator_are_refused() -> None:
    nobody = TwoSamples(500, 2500, Counts(0, 500), Counts(200, 200))
    everybody = TwoSamples(500, 2500, Counts(500, 500), Counts(0, 200))

    with pytest.raises(ValueError, match="no denominator"):
        two_phase.false_negative_rate(nobody)
    with pytest.raises(ValueError, match="no denominator"):
        two_phase.false_positive_rate(everybody)
    assert (two_phase.prevalence(nobody).value, two_phase.prevalence(everybody).value) == (0, 1)


@pytest.mark.parametrize(
    "samples",
    [
        TwoSamples(0, 2500, *AUDIT[2:]),
        TwoSamples(2500, 2500, *AUDIT[2:]),
        AUDIT._replace(outcome_if_flagged=Counts(0, 0)),
        AUDIT._replace(outcome_if_flagged=Counts(5, 4)),
        AUDIT._replace(no_outcome_if_unflagged=Counts(-1, 4)),
        AUDIT._replace(no_outcome_if_unflagged=Counts(1, math.inf)),
        AUDIT._replace(no_outcome_if_unflagged=Counts(math.nan, 4)),
    ],
)
def test_impossible_samples_are_refused(samples: TwoSamples) -> None:
    for rate in (two_phase.false_negative_rate, two_phase.false_positive_rate, two_phase.prevalence):
        with pytest.raises(ValueError, match="a sample of outcomes for both"):
            rate(samples)


# The prevalence


def test_nobody_found_leaves_the_prevalence_open_upwards() -> None:
    # flagged .2 x .4 = .08; Wilson: .4 of 500 .3580 to .4436, 0 of 200 to .0188, .2 of 2,500 .1848 to .2161
    found = TwoSamples(500, 2500, Counts(200, 500), Counts(200, 200))
    low, high = two_phase.prevalence_interval(found, critical=Z)

    assert low == pytest.approx(0.08 - math.hypot(0.2 * 0.0420, 0.4 * 0.0152), abs=1e-4)
    assert high == pytest.approx(0.08 + math.hypot(0.2 * 0.0436, 0.8 * 0.0188, 0.4 * 0.0161), abs=1e-4)


@given(right=st.integers(0, 30), clear=st.integers(0, 20), flagged=st.integers(30, 80))
def test_the_interval_holds_the_prevalence_and_stays_between_zero_and_one(
    right: int, clear: int, flagged: int
) -> None:
    samples = TwoSamples(flagged, 100, Counts(right, 30), Counts(clear, 20))
    low, high = two_phase.prevalence_interval(samples, critical=Z)

    assert 0 <= low <= two_phase.prevalence(samples).value + 1e-12
    assert two_phase.prevalence(samples).value <= high + 1e-12 <= 1 + 1e-12


# Effective counts


def test_a_binomial_variance_gives_back_its_counts() -> None:
    assert two_phase.effective_counts(0.3, 0.3 * 0.7 / 80, n=999) == pytest.approx((24, 80))


def test_more_variance_is_worth_fewer_people() -> None:
    assert two_phase.effective_counts(0.3, 2 * 0.3 * 0.7 / 80, n=999) == pytest.approx((12, 40))


@pytest.mark.parametrize(("p", "variance"), [(0.0, 0.0), (1.0, 0.0), (0.4, 0.0), (0.0, 0.01), (1.0, 0.01)])
def test_where_the_variance_says_nothing_the_people_behind_it_count(p: float, variance: float) -> None:
    assert two_phase.effective_counts(p, variance, n=200) == (200 * p, 200)


@pytest.mark.parametrize(
    ("p", "variance", "n"), [(-0.1, 0.1, 5), (1.1, 0.1, 5), (0.5, -1, 5), (0.5, math.inf, 5), (0.5, 0.1, 0)]
)
def test_a_share_needs_a_variance_and_people(p: float, variance: float, n: float) -> None:
    with pytest.raises(ValueError, match="a share, its variance and people"):
        two_phase.effective_counts(p, variance, n=n)


# How large an audit


def test_the_audit_of_the_size_needed_reaches_the_half_width() -> None:
    needed = two_phase.sample_needed(
        500, 2500, positive_predictive_value=Counts(200, 500), negative_predictive_value=0.95, half_width=0.1,
        critical=Z,
    )  # fmt: skip

    def half_width(audited: int) -> float:
        samples = AUDIT._replace(no_outcome_if_unflagged=Counts(0.95 * audited, audited))
        return Z * math.sqrt(two_phase.false_negative_rate(samples).variance)

    # variance (2/9)^2 x (1/200 + 1/2000 + 19/m) = (.1/1.96)^2 gives m = 402.4
    assert needed == 403
    assert half_width(needed) <= 0.1 < half_width(needed - 1)


def test_a_wide_interval_needs_one_person() -> None:
    assert two_phase.sample_needed(
        5, 6, positive_predictive_value=Counts(2, 5), negative_predictive_value=0.5, half_width=5, critical=Z
    ) == 1  # fmt: skip


@pytest.mark.parametrize("half_width", [0.0, 0.01, -1.0])
def test_a_half_width_that_no_audit_reaches_is_refused(half_width: float) -> None:
    # all 2,000: z x 2/9 x root of (.0055 + .0095) is .0533
    with pytest.raises(ValueError, match=r"all 2000 unflagged people gives a half width of 0\.05334, not"):
        two_phase.sample_needed(
            500, 2500, positive_predictive_value=Counts(200, 500), negative_predictive_value=0.95,
            half_width=half_width, critical=Z,
        )  # fmt: skip


@pytest.mark.parametrize(("right", "clear"), [(200, 1.0), (0, 0.95)])
def test_a_plan_needs_outcomes_on_both_sides(right: int, clear: float) -> None:
    with pytest.raises(ValueError, match=r"planned false negative rate inside \(0, 1\)"):
        two_phase.sample_needed(
            500, 2500, positive_predictive_value=Counts(right, 500), negative_predictive_value=clear,
            half_width=0.1, critical=Z,
        )  # fmt: skip


# What intervals cover: 200 audited of 2,000 unflagged


def audits(
    rng: np.random.Generator, *, prevalence: float, missed: float, share: float, times: int
) -> list[TwoSamples]:
    total = round(2000 / (1 - share))
    right, overlooked = prevalence * (1 - missed) / share, prevalence * missed / (1 - share)
    flagged = rng.binomial(total, share, times)
    hits, findings = rng.binomial(flagged, right), rng.binomial(200, overlooked, times)
    return [
        TwoSamples(int(n), total, Counts(int(x), int(n)), Counts(200 - int(y), 200))
        for n, x, y in zip(flagged, hits, findings, strict=True)
    ]


@pytest.mark.parametrize("share", [0.1, 0.3])
@pytest.mark.parametrize("missed", [0.3, 0.7])
@pytest.mark.parametrize("prevalence", [0.02, 0.05, 0.1])
def test_intervals_hold_the_truth_with_two_hundred_audited(
    prevalence: float, missed: float, share: float
) -> None:
    right = prevalence * (1 - missed) / share
    wrongly = share * (1 - right) / (1 - prevalence)
    found = audits(np.random.default_rng(17), prevalence=prevalence, missed=missed, share=share, times=1500)

    held = np.mean(
        [
            [
                low <= truth <= high
                for truth, (low, high) in (
                    (missed, wilson(*two_phase.false_negative_rate(one).counts, critical=Z)),
                    (wrongly, wilson(*two_phase.false_positive_rate(one).counts, critical=Z)),
                    (prevalence, two_phase.prevalence_interval(one, critical=Z)),
                )
            ]
            for one in found
        ],
        axis=0,
    )

    assert (held >= 0.93).all()
    assert (held <= 0.98).all()


@pytest.mark.parametrize("prevalence", [0.2, 0.3])
def test_intervals_hold_the_truth_where_the_outcome_is_common(prevalence: float) -> None:
    found = audits(np.random.default_rng(18), prevalence=prevalence, missed=0.5, share=0.3, times=1500)
    limits = [wilson(*two_phase.false_negative_rate(one).counts, critical=Z) for one in found]

    assert 0.93 <= np.mean([low <= 0.5 <= high for low, high in limits]) <= 0.97


def test_newcombes_interval_holds_a_difference_of_zero() -> None:
    rng = np.random.default_rng(19)
    pairs = zip(
        audits(rng, prevalence=0.1, missed=0.5, share=0.2, times=1500),
        audits(rng, prevalence=0.2, missed=0.5, share=0.3, times=1500),
        strict=True,
    )
    limits = [
        newcombe(
            *two_phase.false_negative_rate(a).counts, *two_phase.false_negative_rate(b).counts, critical=Z
        )
        for a, b in pairs
    ]

    assert 0.93 <= np.mean([low <= 0 <= high for low, high in limits]) <= 0.975
