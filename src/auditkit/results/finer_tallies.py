"""Counts by score, by circumstances and by day of follow-up: small tables of their own, never one joint table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCell:
    """People of one group who share a bin of scores, a decision and an outcome."""

    group: tuple[str, ...]
    bin: int
    """Place of the bin among `ScoreTally.bins`."""
    decision: int | None
    outcome: int | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBin:
    """Scores counted together; where scores are kept apart, the lowest is the highest."""

    low: float
    """Lowest score in the bin."""
    mean: float
    """Mean score of the people in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTally:
    """Counts by score of one dimension."""

    dimension: tuple[str, ...]
    reference: tuple[str, ...] | None
    bins: tuple[ScoreBin, ...]
    """In ascending order."""
    exact: bool
    """Whether every score has a bin of its own."""
    limit: float | None
    """The score from which on people are flagged, where that is the rule."""
    cells: tuple[ScoreCell, ...]

    def written(self, place: int) -> str:
        """Write the lowest score of a bin as reports name it."""
        low = self.bins[place].low
        return f"{low:g}" if self.exact else f"{low:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumCell:
    """People of one group who share their circumstances, a decision and an outcome."""

    stratum: tuple[str, ...]
    group: tuple[str, ...]
    decision: int | None
    outcome: int | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumTally:
    """Counts by circumstances of one dimension."""

    dimension: tuple[str, ...]
    reference: tuple[str, ...] | None
    names: tuple[str, ...]
    """Columns that describe the circumstances."""
    cells: tuple[StratumCell, ...]

    def written(self, stratum: tuple[str, ...]) -> str:
        """Write circumstances as reports name them, such as `charge = felony; county = Broward`."""
        return "; ".join(f"{name} = {value}" for name, value in zip(self.names, stratum, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCell:
    """People of one group and decision who leave follow-up on one day."""

    group: tuple[str, ...]
    decision: int
    day: int
    """Days since scoring."""
    events: int
    """People whose outcome was recorded on that day."""
    censored: int
    """People whose records end on that day without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalTally:
    """Follow-up of one dimension, day by day."""

    dimension: tuple[str, ...]
    reference: tuple[str, ...] | None
    horizon: int
    """Days for which people were to be followed."""
    cells: tuple[SurvivalCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCell:
    """People who share their probabilities of belonging to each group, a decision and an outcome."""

    zone: int
    decision: int | None
    outcome: int | None
    n: int
    mass: tuple[float, ...]
    """Sum of the probabilities of belonging to each group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredTally:
    """Counts by zone of a dimension of which only probabilities are known."""

    dimension: tuple[str, ...]
    reference: tuple[str, ...] | None
    groups: tuple[str, ...]
    cells: tuple[ZoneCell, ...]
