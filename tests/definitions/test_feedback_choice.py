"""The [feedback] section: every allocator of the design, and keys that belong to some of them."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from auditkit.definitions.places import Allocator, FeedbackChoice


@pytest.mark.parametrize("allocator", get_args(Allocator))
def test_every_allocator_of_the_design_is_accepted(allocator: Any) -> None:
    command = ("python", "retrain.py") if allocator == "command" else None

    assert FeedbackChoice(allocator=allocator, command=command).allocator == allocator


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"allocator": "command"}, "needs 'command'"),
        ({"allocator": "top_k", "command": ("x",)}, "'command' belongs to allocator = 'command'"),
        (
            {"allocator": "top_k", "correction": "importance"},
            "'importance' belongs to allocator = 'proportional'",
        ),
        ({"allocator": "top_k", "decay": 0.1, "window": 4}, "two ways of forgetting"),
        ({"allocator": "closest", "window": 4}, "'window' belongs to"),
        ({"allocator": "command", "command": ("x",), "decay": 0.1}, "'decay' belongs to"),
        ({"allocator": "command", "command": ()}, "at least 1 item"),
        ({"allocator": "rolling_count", "window": 0}, "greater than or equal to 1"),
    ],
)
def test_keys_that_do_not_fit_are_refused(keys: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        FeedbackChoice(**keys)
