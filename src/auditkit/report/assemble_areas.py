"""What a document says of each area besides numbers."""

from collections.abc import Iterator
from math import isnan
from typing import Any

from auditkit.definitions.displacement import Displacement
from auditkit.definitions.frontier import Frontier
from auditkit.results.areas import Areas
from auditkit.results.displacement import DisplacementTally
from auditkit.results.findings import Alternative
from auditkit.results.place_records import DisplacementRecord, FrontierRecord


def area_facts(areas: Areas) -> Iterator[dict[str, Any]]:
    """Name, residents, position and outline of every area."""
    for at, area in enumerate(areas.ids):
        residents = None if areas.residents is None else float(areas.residents[at])
        longitude, latitude = (None, None) if areas.centroids is None else areas.centroids[at].tolist()
        yield {
            "id": area,
            "name": areas.names[at],
            "residents": known(residents),
            "longitude": known(longitude),
            "latitude": known(latitude),
            "outlines": () if areas.boundaries is None else areas.boundaries[at],
        }


def known(value: float | None) -> float | None:
    """Write what is not known as nothing."""
    return None if value is None or isnan(value) else value


def displacement_record(
    tally: DisplacementTally | None, asked: Displacement | None
) -> DisplacementRecord | None:
    """Say which areas were compared, and when; how many incidents there were stands among the measurements."""
    if tally is None or asked is None:
        return None
    before, after = ((days[0].isoformat(), days[1].isoformat()) for days in (asked.before, asked.after))
    return DisplacementRecord(
        roles={role.role: role.areas for role in tally.roles}, periods=len(tally.before), before=before, after=after,
        incidents=asked.incidents,
    )  # fmt: skip


def frontier_record(asked: Frontier | None, alternative: Alternative | None) -> FrontierRecord | None:
    """Say whose share was capped, and whether an alternative was found."""
    if asked is None:
        return None
    dimension, group = asked.named
    return FrontierRecord(
        dimension=dimension, group=group, share_of=asked.share_of, tolerated_loss=asked.tolerated_loss,
        alternative=alternative,
    )  # fmt: skip
