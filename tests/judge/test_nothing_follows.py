"""No small count of a group follows from everything that an audit publishes, by any sums and subtractions.

The checker knows nothing of the rules that withhold. It writes every published numerator and denominator as a sum of
the finest counts there are, and asks which other counts these equations settle: those in the span of their rows.
A count of zero settles each of its parts.
"""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from auditkit.judge.disclosure import withhold
from auditkit.measure.choices import Measuring
from auditkit.measure.measuring import PARTS, measure
from auditkit.measure.registry import RATES
from auditkit.results.finer_tallies import ScoreBin, ScoreCell, ScoreTally, StratumCell, StratumTally
from auditkit.results.measurements import Estimate, Measurement, Measurements, NotEstimable, Result, Withheld
from auditkit.results.tally import UNKNOWN, Cell, GroupTally, Tally

SMALLEST, LIMIT = 11, 2
AXES = ("race", "sex", "score", "outcome", "followed", "area")
VALUES: dict[str, tuple[object, ...]] = {
    "race": ("A", "B", "C", UNKNOWN), "sex": ("F", "M"), "score": (1, 2, 3), "outcome": (0, 1, None), "followed": (0, 1),
    "area": ("North", "South"),
}  # fmt: skip
SHAPE = tuple(len(VALUES[axis]) for axis in AXES)
DIMENSIONS: tuple[tuple[str, ...], ...] = ((), ("race",), ("sex",), ("race", "sex"))
Table = NDArray[np.int64]
Mask = NDArray[np.bool_]
PLACES = np.array(list(product(*(range(n) for n in SHAPE)))).T


def where(**wanted: object) -> Mask:
    """Mark the finest counts that have some values."""
    mask = np.ones(PLACES.shape[1], dtype=bool)
    for axis, value in wanted.items():
        mask &= PLACES[AXES.index(axis)] == VALUES[axis].index(value)
    return mask


FLAGGED = PLACES[AXES.index("score")] >= VALUES["score"].index(LIMIT)
WITH, WITHOUT = where(outcome=1), where(outcome=0)
KNOWN = WITH | WITHOUT


def cells(flagged: Mask) -> dict[str, Mask]:
    return {
        "tn": WITHOUT & ~flagged, "fp": WITHOUT & flagged, "fn": WITH & ~flagged, "tp": WITH & flagged,
        "flagged": flagged, "unflagged": ~flagged, "with": WITH, "without": WITHOUT, "people": flagged | ~flagged,
        "flagged known": flagged & KNOWN, "unflagged known": ~flagged & KNOWN, "known": KNOWN,
    }  # fmt: skip


COUNTED = {  # methods 3.1 and 3.2
    "people": ("people", "people"), "selection_rate": ("flagged", "people"), "favourable_rate": ("unflagged", "people"),
    "false_positive_rate": ("fp", "without"), "false_negative_rate": ("fn", "with"),
    "positive_predictive_value": ("tp", "flagged known"), "negative_predictive_value": ("tn", "unflagged known"),
    "prevalence": ("with", "known"), "false_positive_share": ("fp", "known"), "false_negative_share": ("fn", "known"),
    "outcome_rate_at_score": ("with", "known"), "impact_ratio": ("unflagged", "people"),
}  # fmt: skip


def of_stratum(stratum: str | None) -> tuple[Mask, Mask]:
    """Return who is meant, and who of them is flagged."""
    words, flagged = (stratum or "").split(), FLAGGED
    who = np.ones(PLACES.shape[1], dtype=bool)
    if stratum == "follow-up complete":
        who = where(followed=1)
    elif words[:3] == ["score", "at", "least"]:
        who, flagged = KNOWN, PLACES[AXES.index("score")] >= VALUES["score"].index(int(words[3]))
    elif words[:1] == ["score"]:
        who = where(score=int(words[1]))
    elif words[:1] == ["area"]:
        who = where(area=words[2])
    return who, flagged


def people_of(item: Measurement) -> tuple[Mask, Mask]:
    who, flagged = of_stratum(item.stratum)
    return who & where(**dict(item.group)), flagged


def tallied(table: Table) -> Tally:
    counts = table.ravel()

    def split(*axes: str, among: Mask | None = None) -> Iterator[tuple[dict[str, object], int]]:
        for values in product(*(VALUES[axis] for axis in axes)):
            named = dict(zip(axes, values, strict=True))
            mask = where(**{axis: value for axis, value in named.items() if axis != "decision"})
            if n := int(counts[mask if among is None else mask & among].sum()):
                yield named, n

    def group_tally(dimension: tuple[str, ...], among: Mask | None = None) -> GroupTally:
        made = tuple(
            Cell(group=tuple(str(v[axis]) for axis in dimension), decision=decision, outcome=outcome, n=n, suppressed=False)
            for decision, chosen in ((0, ~FLAGGED), (1, FLAGGED))
            for outcome in (0, 1, None)
            for v, n in split(*dimension, among=where(outcome=outcome) & chosen & (True if among is None else among))
        )  # fmt: skip
        return GroupTally(dimension=dimension, reference=None, cells=made)

    def score_tally(dimension: tuple[str, ...]) -> ScoreTally:
        made = tuple(
            ScoreCell(
                group=tuple(str(v[axis]) for axis in dimension), bin=place, decision=int(score >= LIMIT),
                outcome=outcome, n=n,
            )
            for place, score in enumerate((1, 2, 3)) for outcome in (0, 1, None)
            for v, n in split(*dimension, among=where(score=score, outcome=outcome))
        )  # fmt: skip
        bins = tuple(ScoreBin(low=float(score), mean=float(score)) for score in (1, 2, 3))
        return ScoreTally(
            dimension=dimension, reference=None, bins=bins, exact=True, limit=float(LIMIT), cells=made
        )

    def stratum_tally(dimension: tuple[str, ...]) -> StratumTally:
        made = tuple(
            StratumCell(
                stratum=(str(v["area"]),), group=(str(v[dimension[0]]),), decision=decision, outcome=outcome, n=n
            )
            for decision, chosen in ((0, ~FLAGGED), (1, FLAGGED)) for outcome in (0, 1, None)
            for v, n in split("area", *dimension, among=where(outcome=outcome) & chosen)
        )  # fmt: skip
        return StratumTally(dimension=dimension, reference=None, names=("area",), cells=made)

    return Tally(
        dimensions=tuple(group_tally(dimension) for dimension in DIMENSIONS), has_outcome=True, refused=(),
        followed=tuple(group_tally(dimension, where(followed=1)) for dimension in DIMENSIONS[1:]),
        areas=group_tally(("area",)), scores=tuple(score_tally(dimension) for dimension in DIMENSIONS[:3]),
        strata=tuple(stratum_tally(dimension) for dimension in DIMENSIONS[1:3]),
    )  # fmt: skip


def published(table: Table, *, minimum_n: int) -> Measurements:
    tally = tallied(table)
    measuring = Measuring(orientation="burden", families=(), minimum_n=minimum_n, ratio_interval="katz")
    before = measure(
        tally, metrics=("people", *RATES, *PARTS), measuring=measuring, progress=lambda _words: None
    )
    return withhold(before, tally, smallest_cell=SMALLEST)


Equation = tuple[NDArray[np.float64], float]


Rates = Mapping[tuple[object, ...], Result]


def equations(found: Measurements) -> Iterator[Equation]:
    """Write what is published as sums of the finest counts."""
    rates: dict[tuple[object, ...], Result] = {
        (i.metric, i.dimension, i.group, i.stratum): i.result for i in found.items if i.against is None
    }
    for item in found.items:
        if item.against is None and item.metric in COUNTED:
            yield from from_rate(item)
            if isinstance(item.result, Estimate) and item.result.bounds and item.metric != "impact_ratio":
                yield from from_bounds(item, item.result)
        elif isinstance(item.result, Estimate) and item.metric == "unknown_group_rate":
            unknown = where(race=UNKNOWN) if "race" in item.dimension else np.zeros_like(KNOWN)
            yield unknown.astype(float), item.result.numerator or 0
        elif isinstance(item.result, Estimate) and item.metric == "implied_false_positive_rate":
            yield from from_implied(item, item.result, rates)
        elif isinstance(item.result, Estimate) and item.metric.removesuffix("_difference") in COUNTED:
            yield from from_gap(item, item.result, rates)


def from_rate(item: Measurement) -> Iterator[Equation]:
    who, flagged = people_of(item)
    counted, among = (cells(flagged)[name] & who for name in COUNTED[item.metric])
    if item.result == NotEstimable(reason="NE-DENOM"):
        yield among.astype(float), 0
    if isinstance(item.result, Estimate):
        yield counted.astype(float), item.result.numerator or 0
        if item.result.denominator is not None:
            yield among.astype(float), item.result.denominator


PAIRS = {
    "tn": {(0, 0)}, "fp": {(1, 0)}, "fn": {(0, 1)}, "tp": {(1, 1)}, "with": {(0, 1), (1, 1)}, "without": {(0, 0), (1, 0)},
    "known": {(0, 0), (1, 0), (0, 1), (1, 1)}, "flagged known": {(1, 0), (1, 1)}, "unflagged known": {(0, 0), (0, 1)},
}  # fmt: skip
"""Decision and outcome of what a rate counts, where outcomes matter."""


def from_bounds(item: Measurement, result: Estimate) -> Iterator[Equation]:
    """Work out how many open people a bound adds: low = x / (m + down), high = (x + up) / (m + up)."""
    who, flagged = of_stratum(item.stratum)
    if item.stratum and item.stratum.startswith("score at least") and item.metric != "selection_rate":
        who = np.ones_like(KNOWN)  # blank outcomes count there, but for the share that is flagged
    own, may_be = where(**dict(item.group)), who
    for axis, value in item.group:
        may_be = may_be & (where(**{axis: value}) | (where(race=UNKNOWN) if axis == "race" else False))
    names = COUNTED[item.metric]
    up, down = (cells(flagged)[name] & may_be & ~own for name in names)
    down = down & ~up
    for pairs, open_ in (
        (PAIRS.get(names[0], set()), up),
        (PAIRS.get(names[1], set()) - PAIRS.get(names[0], set()), down),
    ):
        for decision in {flag for flag, _ in pairs}:
            open_[may_be & ~KNOWN & (flagged if decision else ~flagged)] = True
    x, m, (low, high) = result.numerator or 0, result.denominator or 0, result.bounds or (None, None)
    if low:
        yield down.astype(float), round(x / low - m)
    if high is not None and high < 1:
        yield up.astype(float), round((high * m - x) / (1 - high))


def from_implied(item: Measurement, result: Estimate, rates: Rates) -> Iterator[Equation]:
    """Solve value = p / (1 - p) x FP / P for FP of everyone, p being the group's prevalence and P everyone's cases."""
    own = rates["prevalence", item.dimension, item.group, None]
    whole = rates["prevalence", (), (), None]
    if isinstance(own, Estimate) and isinstance(whole, Estimate) and own.value:
        value = (result.value or 0) * (1 - own.value) / own.value * (whole.numerator or 0)
        yield cells(FLAGGED)["fp"].astype(float), round(value)


def from_gap(item: Measurement, result: Estimate, rates: Rates) -> Iterator[Equation]:
    """Work out the other rate of a difference, and so a sum of its counts."""
    metric = item.metric.removesuffix("_difference")
    own = rates.get((metric, item.dimension, item.group, item.stratum))
    if isinstance(own, Estimate):
        who, flagged = of_stratum(item.stratum)
        against = dict(item.against or ())
        others = ~where(**dict(item.group)) if "(elsewhere)" in against.values() else where(**against)
        counted, among = (cells(flagged)[name] & who & others for name in COUNTED[metric])
        other = (own.value or 0) - (result.value or 0)
        if other > 1e-12:
            yield counted.astype(float) - other * among, 0


def targets(table: Table) -> Iterator[tuple[str, Mask, int]]:
    """Name counts of groups that nobody should learn if they are small."""
    everyone = np.ones(PLACES.shape[1], dtype=bool)
    for dimension in (*DIMENSIONS, ("area",)):
        for values in product(*(VALUES[axis] for axis in dimension)):
            who = where(**dict(zip(dimension, values, strict=True)))
            subsets = {"": everyone, " not followed": where(followed=0), " followed": where(followed=1)}
            subsets |= {f" of area {area}": where(area=area) for area in VALUES["area"]}
            subsets |= {f" of score {score}": where(score=score) for score in VALUES["score"]}
            for subset, among in subsets.items():
                for name, cell in cells(FLAGGED).items():
                    mask = cell & who & among
                    yield f"{name} of {values}{subset}", mask, int(table.ravel()[mask].sum())


def learnt(table: Table, found: Measurements) -> list[str]:
    """List small counts that what is published settles."""
    unique = {(row.tobytes(), value): row for row, value in equations(found) if row.any()}
    rows = [(row, value) for (_, value), row in unique.items()]
    zero = {int(at) for row, value in rows if value == 0 and (row >= 0).all() for at in np.flatnonzero(row)}
    wanted = [(name, mask, n) for name, mask, n in targets(table) if mask.any()]
    masks = np.array([mask for _, mask, _ in wanted], dtype=float)
    settled = np.zeros(len(wanted), dtype=bool)
    while rows and len(zero) < PLACES.shape[1]:
        shown = [at for at in range(PLACES.shape[1]) if at not in zero]
        matrix = np.array([row for row, _ in rows])[:, shown]
        sizes, vectors = np.linalg.eigh(matrix.T @ matrix)
        basis = vectors[:, sizes > 1e-9 * sizes.max()]
        left = masks[:, shown]
        settled = np.abs(left - left @ basis @ basis.T).max(axis=1) < 1e-7
        more = {
            int(at)
            for (_, mask, n), known in zip(wanted, settled, strict=True) if known and n == 0
            for at in np.flatnonzero(mask)
        } - zero  # fmt: skip
        if not more:
            break
        zero |= more
    return [name for (name, _, n), known in zip(wanted, settled, strict=True) if known and 0 < n < SMALLEST]


COUNT = st.one_of(st.just(0), st.integers(0, 4), st.integers(5, 60))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw counts by race, sex, score and outcome; areas and follow-up divide them evenly, or nearly so."""
    coarse = np.array(draw(st.lists(COUNT, min_size=72, max_size=72))).reshape(4, 2, 3, 3)
    scale = draw(st.sampled_from([1, 1, 4]))
    if draw(st.booleans()):
        coarse[3] = 0  # everyone's race is known
    if draw(st.booleans()):
        coarse[..., 2] = 0  # every outcome is known
    parts = draw(
        st.sampled_from([(1, 0, 0, 0), (0.5, 0.5, 0, 0), (0.6, 0.3, 0.05, 0.05), (0.3, 0.3, 0.2, 0.2)])
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    fine = rng.multinomial(coarse.astype(np.int64) * scale, parts)  # followed in North and South, and not
    return np.stack((fine[..., 2:], fine[..., :2]), axis=4).astype(np.int64)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables(), minimum_n=st.sampled_from([1, 10]))
def test_no_small_count_follows_from_everything_that_is_published(table: Table, minimum_n: int) -> None:
    assert learnt(table, published(table, minimum_n=minimum_n)) == []


def test_the_checker_finds_what_follows_when_nothing_is_withheld() -> None:
    table = np.full(SHAPE, 40, dtype=np.int64)
    table[0, :, 2, 0] = 1  # 8 of A with score 3 and without the outcome: women and men, by follow-up and area
    tally = tallied(table)
    measuring = Measuring(orientation="burden", families=(), minimum_n=1, ratio_interval="katz")
    before = measure(
        tally, metrics=("people", *RATES, *PARTS), measuring=measuring, progress=lambda _words: None
    )

    assert "without of ('A',) of score 3" in learnt(table, before)
    assert learnt(table, published(table, minimum_n=1)) == []


def few(table: Table, *, minimum_n: int = 1, **where_: object) -> list[str]:
    """Publish a table after checking that nothing small follows; list what is withheld about some people."""
    found = published(table, minimum_n=minimum_n)
    assert learnt(table, found) == []
    return sorted(
        item.id for item in found.items if isinstance(item.result, Withheld) and dict(item.group) == where_
    )


def plenty() -> Table:
    return np.full(SHAPE, 20, dtype=np.int64)


@pytest.mark.parametrize("minimum_n", [1, 10])
def test_a_small_step_between_two_score_limits_withholds_the_row(minimum_n: int) -> None:
    table = plenty()
    table[0, 0, 2] = 1  # of A, women with score 3: 4 with the outcome, 4 without, 4 unknown
    table[0, 1, 2] = 0

    withheld = few(table, minimum_n=minimum_n, race="A")

    assert "selection_rate/race=A@score%20at%20least%203" in withheld
    assert "outcome_rate_at_score/race=A@score%203" in withheld
    assert "selection_rate/race=A" not in withheld


def test_few_people_without_complete_follow_up_withhold_the_row_of_those_with() -> None:
    table = plenty()
    table[0, :, :, :, 0] = 0
    table[0, 0, 0, 0, 0, 0] = 5  # five of A, without the outcome, were not followed to the end

    withheld = few(table, race="A")

    assert "false_positive_rate/race=A@follow-up%20complete" in withheld
    assert "false_positive_rate/race=A" not in withheld


def test_a_hidden_number_of_everyone_hides_what_gives_it_away() -> None:
    table = plenty()
    table[:, :, 1:, 0] = 0
    table[0, 0, 1, 0, 0, 0] = 6  # the only ones wrongly flagged

    found = published(table, minimum_n=1).by_id()

    assert learnt(table, published(table, minimum_n=1)) == []
    assert isinstance(found["false_positive_rate/everyone"].result, Withheld)
    assert isinstance(found["implied_false_positive_rate/sex=M"].result, Withheld)
    assert isinstance(
        found["false_positive_rate_difference/area=South~area=%28elsewhere%29"].result, Withheld
    )


def test_the_share_of_unknown_groups_does_not_give_a_group_away() -> None:
    table = plenty()
    table[0] = 0
    table[0, 0, 0, 0, 0, 0] = 4  # A is four people
    table[3] = 0
    table[3, :, :, :, 1, 1] = 2  # 36 of unknown race, fewer than of B or C: they are hidden with A

    found = published(table, minimum_n=1).by_id()

    assert learnt(table, published(table, minimum_n=1)) == []
    assert isinstance(found["people/race=%28unknown%29"].result, Withheld)
    assert isinstance(found["unknown_group_rate/race"].result, Withheld)


def test_the_number_of_circumstances_counts_nobody() -> None:
    item = published(plenty(), minimum_n=1).by_id()["selection_rate_strata_used/race=A~race=B"]

    assert isinstance(item.result, Estimate)
    assert item.result.numerator == 2
