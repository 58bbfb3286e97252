"""The part of the document about feedback; numbers of persons, alerts and logs stand among the measurements."""

from dataclasses import asdict
from typing import Any

from auditkit.results.feedback import Feedback
from auditkit.results.place_records import FeedbackRecord

INTERNAL = ("numbers", "cutoff_counts", "part_counts", "measurements", "said")
"""What stands elsewhere, or is kept from the public."""


def feedback_record(feedback: Feedback, loop: tuple[str | None, float | None]) -> FeedbackRecord:
    """Write down what the feedback test found, with the verdict on places and the tolerance it rests on."""
    content = _public(asdict(feedback))
    for name in ("person", "alert", "logs"):
        content[name] = content[name] and _public(content[name])
    return FeedbackRecord(**content, verdict=loop[0], tolerance_log_odds=loop[1])


def _public(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in INTERNAL}
