"""Error rates where outcomes of flagged and of unflagged people come from two different samples.

Such are a random audit of some unflagged people, and Kaplan-Meier estimates made separately for both. A rate is then
no share of counted people. It gets effective counts instead: a simple random sample of `n` people, `x` of them
counted, would have told as much, so Wilson's, Newcombe's and Katz' intervals can serve. Both error rates are odds of
two independent shares, from which the effective counts follow without a breakdown at zero: no outcome among m audited
people allows what m audited people allow, up to about 3/m of the unflagged, and not the certainty of a variance of 0.

Coverage of 95 % intervals, 20,000 simulated audits each, flagged shares .05 to .5, prevalence .02 to .3, true false
negative rates .3 and .7; all flagged people have outcomes:

| unflagged, audited | false negative rate | false positive rate | prevalence |
|---|---|---|---|
| 2,000, 50 | .931-.961 | .936-.954 | .936-.963 |
| 2,000, 200 | .948-.960 | .948-.955 | .948-.961 |
| 2,000, 1,000 | .948-.955 | .948-.954 | .946-.955 |
| 20,000, 200 | .945-.968 | .941-.953 | .942-.967 |

Wilson's interval on effective counts of the prevalence would cover as little as .84, .71 where 20,000 are unflagged
and .48 with 50 audited, so the prevalence has an interval of its own.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from auditkit.statistics import mover
from auditkit.statistics.intervals import Interval, wilson


class Counts(NamedTuple):
    """A share as a simple random sample would have given it; the numbers need not be whole."""

    x: float
    n: float


class TwoSamples(NamedTuple):
    """What is known of flagged and of unflagged people."""

    flagged: int
    total: int
    """Flagged people, of all people who were scored."""
    outcome_if_flagged: Counts
    """With the outcome among flagged people: the positive predictive value."""
    no_outcome_if_unflagged: Counts
    """Without the outcome among unflagged people: the negative predictive value. For a random audit, the counts of
    the audited people."""


class Rate(NamedTuple):
    """A rate put together from two samples."""

    value: float
    variance: float
    """By the delta method; 0 where the rate is 0 or 1, which does not mean that it is certain."""
    counts: Counts
    """For intervals."""


class Prevalence(NamedTuple):
    """A prevalence put together from two samples; for its interval see `prevalence_interval`."""

    value: float
    variance: float
    """By the delta method, and too small where few outcomes were found."""


def effective_counts(p: float, variance: float, *, n: float) -> Counts:
    """Say which simple random sample would give the share `p` this variance.

    A share of 0 or 1 has variance 0 although nothing is certain. Then the sample is the `n` people who stand behind
    it: zero findings among n audited people allow up to about 3/n.

    Parameters
    ----------
    p, variance
        Estimated share and its variance, such as Kaplan-Meier's and Greenwood's.
    n
        People behind the estimate; after Kaplan-Meier those followed to the horizon.

    Raises
    ------
    ValueError
        If `p` is not a share, the variance is negative or not finite, or `n` is not positive.

    References
    ----------
    Kish, L. (1965), Survey sampling, Wiley, section 8.2. Zero findings: Hanley, J. A., Lippman-Hand, A. (1983), If
    nothing goes wrong, is everything all right?, JAMA 249, 1743-1745.

    >>> effective_counts(0.25, 0.001875, n=400), effective_counts(0.0, 0.0, n=200)
    (Counts(x=25.0, n=100.0), Counts(x=0.0, n=200))
    """
    if not (0 <= p <= 1 and 0 <= variance < math.inf and n > 0):
        msg = f"expected a share, its variance and people behind it, found {p}, {variance} and {n}"
        raise ValueError(msg)
    size = p * (1 - p) / variance if variance > 0 and 0 < p < 1 else n
    return Counts(p * size, size)


def false_negative_rate(samples: TwoSamples) -> Rate:
    """Share missed by the tool among all people with the outcome, flagged or not.

    (1-f)(1-NPV) / [(1-f)(1-NPV) + f PPV], where f is the flagged share.

    Raises
    ------
    ValueError
        If a sample is empty or impossible, nobody or everybody is flagged, or neither sample has an outcome.

    References
    ----------
    Begg, C. B., Greenes, R. A. (1983), Assessment of diagnostic tests when disease verification is subject to
    selection bias, Biometrics 39, 207-215; the log odds and their variance follow from their equations.

    >>> # 500 of 2,500 flagged, 200 with the outcome; 10 of 200 audited stand for 100 of 2,000 unflagged: 100 of 300.
    >>> # log odds: variance 1/10 - 1/200 + 1/200 - 1/500 + 1/500 + 1/2000 = 0.1005; 1 / (1/3 x 2/3 x 0.1005)
    >>> rate = false_negative_rate(TwoSamples(500, 2500, Counts(200, 500), Counts(190, 200)))
    >>> round(rate.value, 4), round(rate.counts.n, 1)
    (0.3333, 44.8)
    """
    flagged, unflagged, share = _checked(samples)
    return _part(_opposite(unflagged), flagged, weight=1 - share, total=samples.total)


def false_positive_rate(samples: TwoSamples) -> Rate:
    """Share wrongly flagged among all people without the outcome, flagged or not.

    f(1-PPV) / [f(1-PPV) + (1-f)NPV], where f is the flagged share.

    Raises
    ------
    ValueError
        As `false_negative_rate`; but if everyone had the outcome in both samples.

    References
    ----------
    Begg and Greenes (1983), as in `false_negative_rate`.

    >>> # as there: 300 wrongly flagged, and 1,900 of 2,000 unflagged people without the outcome
    >>> round(false_positive_rate(TwoSamples(500, 2500, Counts(200, 500), Counts(190, 200))).value, 4)
    0.1364
    """
    flagged, unflagged, share = _checked(samples)
    return _part(_opposite(flagged), unflagged, weight=share, total=samples.total)


def _checked(samples: TwoSamples) -> tuple[Counts, Counts, float]:
    """Both samples and the flagged share, if they can be put together."""
    flagged, unflagged = samples.outcome_if_flagged, samples.no_outcome_if_unflagged
    possible = all(0 <= counts.x <= counts.n and 0 < counts.n < math.inf for counts in (flagged, unflagged))
    if not possible or not 0 < samples.flagged < samples.total:
        msg = f"expected flagged and unflagged people with a sample of outcomes for both, found {samples}"
        raise ValueError(msg)
    return flagged, unflagged, samples.flagged / samples.total


def _opposite(counts: Counts) -> Counts:
    return Counts(counts.n - counts.x, counts.n)


def _part(first: Counts, second: Counts, *, weight: float, total: int) -> Rate:
    """Share w a / [w a + (1-w) b], a and b being shares of two samples and w the weight of the first.

    Its log odds have variance (1-a)/(a m) + (1-b)/(b n) + 1/(total w (1-w)). Times share and rest this is 1 over the
    effective size. Written so that a and b cancel, it has a value also where one of them is 0. With complete outcomes
    the size is the plain denominator.
    """
    a, b = first.x / first.n, second.x / second.n
    whole = weight * a + (1 - weight) * b
    if whole <= 0:
        msg = "the rate has no denominator: neither sample has anybody who belongs to it"
        raise ValueError(msg)
    share, rest = weight * a / whole, (1 - weight) * b / whole
    per_person = (
        rest * weight * (1 - a) / (whole * first.n)
        + share * (1 - weight) * (1 - b) / (whole * second.n)
        + share * rest / (total * weight * (1 - weight))
    )
    # At most two of the three terms vanish.
    size = 1 / per_person
    return Rate(share, share * rest * per_person, Counts(share * size, size))


def prevalence(samples: TwoSamples) -> Prevalence:
    """Share of people with the outcome, flagged or not: f PPV + (1-f)(1-NPV), where f is the flagged share.

    Raises
    ------
    ValueError
        If a sample is empty or impossible, or nobody or everybody is flagged.

    References
    ----------
    Cochran, W. G. (1977), Sampling techniques, 3rd ed., Wiley, section 12.2: double sampling for stratification.

    >>> # as in `false_negative_rate`: 300 of 2,500
    >>> round(prevalence(TwoSamples(500, 2500, Counts(200, 500), Counts(190, 200))).value, 4)
    0.12
    """
    flagged, unflagged, f = _checked(samples)
    ppv, missed = flagged.x / flagged.n, 1 - unflagged.x / unflagged.n
    variance = (
        f**2 * ppv * (1 - ppv) / flagged.n
        + (1 - f) ** 2 * missed * (1 - missed) / unflagged.n
        + (ppv - missed) ** 2 * f * (1 - f) / samples.total
    )
    return Prevalence(f * ppv + (1 - f) * missed, variance)


def prevalence_interval(samples: TwoSamples, *, critical: float) -> Interval:
    """Interval for the prevalence, from Wilson's of both samples and of the flagged share.

    Raises
    ------
    ValueError
        As `prevalence`.

    References
    ----------
    Zou and Donner (2008), as in `mover.weighted_sum`.

    >>> found = TwoSamples(500, 2500, Counts(200, 500), Counts(200, 200))  # nobody found among 200
    >>> [round(limit, 4) for limit in prevalence_interval(found, critical=1.959964)]
    [0.0696, 0.0986]
    """
    flagged, unflagged, f = _checked(samples)
    parts = [flagged, _opposite(unflagged), Counts(samples.flagged, samples.total)]
    ppv, missed, _ = values = [part.x / part.n for part in parts]
    limits = [wilson(part.x, part.n, critical=critical) for part in parts]
    # In each of its three numbers the prevalence is linear; f stands in the sum twice, so its centre is put right.
    low, high = mover.weighted_sum(values, limits, weights=[f, 1 - f, ppv - missed])
    excess = (ppv - missed) * f
    return Interval(max(0.0, low - excess), min(1.0, high - excess))


RATES: dict[str, Callable[[TwoSamples], Rate | Prevalence]] = {
    "false_positive_rate": false_positive_rate,
    "false_negative_rate": false_negative_rate,
    "prevalence": prevalence,
}
"""Rates put together from outcomes of flagged and of unflagged people, which were learnt in different ways."""


def sample_needed(
    flagged: int,
    total: int,
    *,
    positive_predictive_value: Counts,
    negative_predictive_value: float,
    half_width: float,
    critical: float,
) -> int:
    """How many unflagged people to audit at random, so that the false negative rate is known to a half width.

    It counts with a symmetric interval and an expected negative predictive value; plan with several.

    Parameters
    ----------
    flagged, total
        Flagged people, of all people who were scored.
    positive_predictive_value
        Counts of flagged people, known or expected.
    negative_predictive_value
        Expected share of unflagged people without the outcome.
    half_width
        Half the width of the interval that is wanted, as a share.
    critical
        Critical value of the interval.

    Raises
    ------
    ValueError
        As `false_negative_rate`, or if the expected rate is 0 or 1, or if auditing all unflagged people is not enough.

    References
    ----------
    As `false_negative_rate`; its variance is a constant plus a number over the size of the audit.

    >>> # variance (2/9)^2 x (1/200 + 1/2000 + 19/m), as in `false_negative_rate`; wanted (0.1/1.96)^2: m = 402.4
    >>> sample_needed(
    ...     500,
    ...     2500,
    ...     positive_predictive_value=Counts(200, 500),
    ...     negative_predictive_value=0.95,
    ...     half_width=0.1,
    ...     critical=1.959964,
    ... )
    403
    """

    def variance(audited: int) -> float:
        unflagged = Counts(negative_predictive_value * audited, audited)
        return false_negative_rate(TwoSamples(flagged, total, positive_predictive_value, unflagged)).variance

    one, two, everybody = variance(1), variance(2), variance(total - flagged)
    if one <= 0:
        msg = "expected a planned false negative rate inside (0, 1): people with the outcome on both sides"
        raise ValueError(msg)
    reached = critical * math.sqrt(everybody)
    if reached >= half_width:
        msg = f"auditing all {total - flagged} unflagged people gives a half width of {reached:.4g}, not {half_width}"
        raise ValueError(msg)
    per_audit = 2 * (one - two)
    constant = one - per_audit
    return max(1, math.ceil(per_audit / ((half_width / critical) ** 2 - constant)))
