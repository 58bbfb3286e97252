"""How far open people could move error rates whose outcomes of unflagged people come from a random sample.

A flagged person has an outcome or a blank; an unflagged one was drawn and has an outcome, or was not drawn. Each open
person could stand in some of these places, or outside the group. Adding somebody to one place moves a rate one way
whoever else joins, so that each person takes the place which moves it farthest.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from auditkit.statistics import two_phase
from auditkit.statistics.two_phase import TwoSamples

Place = Literal["tp", "fp", "fn", "tn", "blank", "rest", "out"]
"""Flagged or drawn people with and without the outcome, flagged people without a known outcome, unflagged people who were
not drawn, and nobody of the group."""
Kind = Literal["false_positive_rate", "false_negative_rate", "prevalence"]
OpenPeople = Mapping[frozenset[Place], int]
"""How many people could stand in which places."""
RAISING: Mapping[Kind, tuple[tuple[Place, ...], ...]] = {
    "false_negative_rate": (("fn", "rest", "fp", "out", "tn", "tp"),),
    "false_positive_rate": (("fp", "fn", "out", "tp", "rest", "tn"),),
    "prevalence": (("fn", "tp", "rest", "out", "fp", "tn"), ("fn", "tp", "out", "fp", "rest", "tn")),
}
"""Places from the one that raises a rate most to the one that lowers it most. Who was not drawn counts like those who were:
that moves the prevalence towards their share, up or down, so both are tried."""
LOWERING: Mapping[Kind, tuple[tuple[Place, ...], ...]] = {
    "false_negative_rate": (("tp", "tn", "out", "fp", "rest", "fn"),),
    "false_positive_rate": (("tn", "rest", "tp", "out", "fn", "fp"),),
    "prevalence": (("tn", "fp", "rest", "out", "tp", "fn"), ("tn", "fp", "out", "tp", "rest", "fn")),
}


class SampleFill(NamedTuple):
    """A rate from two samples, once every open person has been given a place."""

    rate: float
    m: float
    """People among whom it counts, as the samples stand for them."""
    samples: TwoSamples
    kind: Kind

    @property
    def x(self) -> float:
        """People counted."""
        return self.rate * self.m


def sample_fills(
    known: Mapping[Place, int], unknown: OpenPeople, *, kind: Kind
) -> tuple[SampleFill, SampleFill]:
    """Place open people so that a rate is lowest, and so that it is highest.

    Parameters
    ----------
    known
        People of the group by place.
    unknown
        Who else may belong where.
    kind
        The rate.

    Raises
    ------
    ValueError
        As `auditkit.statistics.two_phase`: a sample is empty, or nobody is in the denominator.

    References
    ----------
    Begg and Greenes (1983), as in `two_phase.false_negative_rate`, at the extremes of Manski (1989). With A = U fn / (fn +
    tn) and U = fn + tn + rest, one more fn raises A by 1 + rest tn / ((fn + tn)(fn + tn + 1)), one more tn lowers it, and one
    more of the rest adds fn / (fn + tn); likewise for flagged people.

    >>> known = {"tp": 200, "fp": 300, "fn": 10, "tn": 190, "rest": 1800}
    >>> some = {frozenset({"fn", "out"}): 1, frozenset({"tp", "out"}): 50}
    >>> low, high = sample_fills(known, some, kind="false_negative_rate")
    >>> round(low.rate, 4), round(high.rate, 4)  # 100/350; 11 of 201 drawn stand for 109.5 of 2001
    (0.2857, 0.3538)
    """
    low = min((_filled(known, unknown, order, kind) for order in LOWERING[kind]), key=_rate)
    return low, max((_filled(known, unknown, order, kind) for order in RAISING[kind]), key=_rate)


def _rate(fill: SampleFill) -> float:
    return fill.rate


def _filled(
    known: Mapping[Place, int], unknown: OpenPeople, order: Iterable[Place], kind: Kind
) -> SampleFill:
    places = {name: known.get(name, 0) for name in ("tp", "fp", "fn", "tn", "blank", "rest")}
    for could, people in unknown.items():
        best = next(place for place in order if place in could)
        if best != "out":
            places[best] += people
    return _placed(places, kind)


def _placed(n: Mapping[str, int], kind: Kind) -> SampleFill:
    flagged, drawn, seen = n["tp"] + n["fp"] + n["blank"], n["fn"] + n["tn"], n["tp"] + n["fp"]
    total = flagged + drawn + n["rest"]
    samples = TwoSamples(flagged, total, two_phase.Counts(n["tp"], seen), two_phase.Counts(n["tn"], drawn))
    rate = two_phase.RATES[kind](samples).value
    if kind == "prevalence":
        return SampleFill(rate, total, samples, kind)
    outcome = int(kind == "false_negative_rate")
    share = {(1, 1): n["tp"] / seen, (1, 0): n["fp"] / seen, (0, 1): n["fn"] / drawn, (0, 0): n["tn"] / drawn}
    among = flagged * share[1, outcome] + (total - flagged) * share[0, outcome]
    return SampleFill(rate, among, samples, kind)
