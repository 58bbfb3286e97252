"""The retrain protocol: what auditkit and a vendor's own model say to each other, one JSON object a line."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from auditkit.definitions.strict import Definition

PROTOCOL = 1
Count = Annotated[int, Field(ge=0)]
Rows = Annotated[tuple[tuple[Count, ...], ...], Field(strict=False)]
"""One row per replicate, one count per area, in the order of `areas`."""


class Start(Definition):
    """auditkit starts: forget everything, and learn from the past."""

    type: Literal["start"]
    protocol: Literal[1]
    areas: Annotated[
        tuple[str, ...], Field(strict=False, description="ids in order; rows follow this order.")
    ]
    period: Literal["day", "week", "month", "year"] | None
    replicates: Annotated[int, Field(ge=1, description="runs that go on side by side.")]
    seed: Annotated[int, Field(ge=0, description="the same seed must give the same scores.")]
    past: Annotated[
        tuple[Annotated[tuple[str, str, Count, Count], Field(strict=False)], ...],
        Field(
            strict=False,
            description="rows of area, first day of the period, reported and discovered records.",
        ),
    ]


class Ready(Definition):
    """The model answers that it has learnt, and says what it is."""

    type: Literal["ready"]
    name: str
    version: str


class Round(Definition):
    """auditkit hands over the period that just ended: new counts only; round 1 brings the last period of the history."""

    type: Literal["round"]
    round: Annotated[int, Field(ge=1)]
    reported: Rows
    discovered: Rows


class Scores(Definition):
    """The model scores every area for the next period; more is more likely to be visited."""

    type: Literal["scores"]
    round: Annotated[int, Field(ge=1, description="the round that this answers.")]
    scores: Annotated[
        tuple[Annotated[tuple[Annotated[float, Field(allow_inf_nan=False)], ...], Field(strict=False)], ...],
        Field(strict=False, description="finite numbers, in the shape of the counts."),
    ]


class Stop(Definition):
    """auditkit has finished; the model ends."""

    type: Literal["stop"]


class RetrainMessage(
    RootModel[Annotated[Start | Ready | Round | Scores | Stop, Field(discriminator="type")]]
):
    """One line of the retrain protocol."""
