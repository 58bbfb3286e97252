"""What the audit file declares to ask what a cap on one group's share would cost: the group, caps, a tolerated loss."""

from typing import Annotated, Literal

from pydantic import Field

from auditkit.definitions.places import AreaTable, Name
from auditkit.definitions.strict import Definition
from auditkit.errors import shown

EVERYONE = "all"
"""The key of everybody's stops in [areas] stops."""


class Frontier(Definition):
    """The trade-off of incidents found against the share of one group among those who live under flags."""

    group: Annotated[dict[Name, str], Field(min_length=1, max_length=1)] = Field(
        description='the group of residents whose share is capped, such as { race = "Black" }.'
    )
    share_of: Literal["residents", "stops"] = Field(
        "residents",
        description="its share of whom: residents of flagged areas, or recorded stops made there.",
    )
    caps: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1, strict=False)], ...], Field(strict=False, max_length=20)
    ] = Field((), description="largest shares to try; absent, they run from the smallest possible upwards.")
    tolerated_loss: Annotated[float, Field(ge=0, lt=1)] | None = Field(
        None,
        description="hit rate that the board would give up, such as 0.02; absent, no alternative is judged.",
    )

    @property
    def named(self) -> tuple[str, str]:
        """Dimension and group."""
        return next(iter(self.group.items()))


def frontier_complaints(
    frontier: Frontier | None, areas: AreaTable | None, *, outcome: bool, earlier: bool, burden: bool
) -> list[str]:
    """Say what else [frontier] needs, or why it asks nothing sensible."""
    if frontier is None or areas is None:
        return []
    dimension, group = frontier.named
    groups = areas.resident_groups.get(dimension, {})
    of_stops = frontier.share_of == "stops"
    complaints = {
        f"[frontier] group names '{group}'; resident_groups.{dimension} declares {shown(groups)}": group
        not in groups,
        "[frontier] needs [areas] residents, whose share is capped": not of_stops and areas.residents is None,
        f"[frontier] share_of = \"stops\" needs [areas] stops with '{EVERYONE}' and '{group}'": of_stops
        and not {EVERYONE, group} <= areas.stops.keys(),
        "[frontier] needs [records] outcome, what flagged areas are expected to find": not outcome,
        "[frontier] needs [records] time or [history]: areas are chosen on earlier periods than they are judged on": (
            not earlier
        ),
        "[frontier] caps a share of a burden; [tool] orientation calls flags a benefit": not burden,
    }
    return [complaint for complaint, holds in complaints.items() if holds]
