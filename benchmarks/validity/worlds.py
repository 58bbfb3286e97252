"""A made world: what is true in it, and how often it is drawn."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

SEED = 20260117


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One setting whose truth is known."""

    study: str
    """The module that draws and audits it."""
    name: str
    """What kind of world it is, in words; worlds of one name share a line of the page."""
    settings: Mapping[str, Any]
    """Everything the draw depends on, as JSON can hold it."""
    replicates: int
    look: int = 1
    """2 where it is drawn anew, more often, because the first look found little coverage."""

    @property
    def key(self) -> str:
        """Name the world by its content."""
        whole = [self.study, self.name, self.settings, self.replicates, self.look]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def seed(self) -> list[int]:
        """Seed of its draws; no other world's depend on it."""
        return [SEED, int(self.key, 16)]

    def again(self, times: int) -> "World":
        """Return the same world with fresh draws, so many times more."""
        return replace(self, replicates=self.replicates * times, look=self.look + 1)
