"""The forecaster of this example, retrained inside the feedback loop: it speaks auditkit's retrain protocol.

    [feedback]
    allocator = "command"
    command = ["python", "retrain.py"]

It is the model of `forecaster.py`: a Poisson regression on the logarithm of one plus the mean records of the last 1, 4
and 13 weeks. Here numpy alone fits it, for all replicates at once, and again every four weeks on the last half year.
One JSON object comes in on each line, and one goes out; docs/how_to/plug_in_a_model.md explains them.
"""

import json
import sys
from collections import deque
from typing import Any

import numpy as np

WINDOWS = (1, 4, 13)
WEEKS = 13
"""Weeks that the model is fitted on; 13 more stand before them, as in the first half of the year."""
FITTED_EVERY = 4
PENALTY = 1e-3
"""On the three slopes, as in `forecaster.py`."""


class Model:
    """The regression in every replicate, and the weeks it has seen."""

    def __init__(self, start: dict[str, Any]) -> None:
        place = {area: at for at, area in enumerate(start["areas"])}
        weeks = {week: at for at, week in enumerate(sorted({row[1] for row in start["past"]}))}
        counts = np.zeros((len(weeks), len(place)))
        for area, week, reported, discovered in start["past"]:
            counts[weeks[week], place[area]] = reported + discovered
        self.weights = np.zeros((start["replicates"], 1 + len(WINDOWS)))
        self.recent: deque[np.ndarray] = deque(maxlen=max(WINDOWS))
        self.known: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=WEEKS)
        for week in counts:
            self._see(np.tile(week, (start["replicates"], 1)))

    def scores(self, at: int, reported: list[list[int]], discovered: list[list[int]]) -> np.ndarray:
        """Learn from the week that just ended and forecast the next, shape (replicates, areas)."""
        self._see(np.add(reported, discovered))
        if self.known and (at == 1 or at % FITTED_EVERY == 0):
            self._fit(steps=12 if at == 1 else 2)
        return np.exp((self._features() @ self.weights[:, :, None])[..., 0])

    def _see(self, week: np.ndarray) -> None:
        """Take a week in, with what was known before it; weeks without thirteen before them only feed averages."""
        if len(self.recent) == max(WINDOWS):
            self.known.append((self._features(), week))
        self.recent.append(week)

    def _features(self) -> np.ndarray:
        """Return what is known of the next week: a constant, and three averages, shape (replicates, areas, 4)."""
        weeks = list(self.recent)
        before = [sum(weeks[-window:]) / min(window, len(weeks)) for window in WINDOWS]
        return np.stack([np.ones_like(before[0]), *map(np.log1p, before)], axis=-1)

    def _fit(self, steps: int) -> None:
        """Take Newton steps towards the penalised maximum of the likelihood."""
        inputs = np.concatenate([features for features, _ in self.known], axis=1)
        targets = np.concatenate([week for _, week in self.known], axis=1)
        penalty = PENALTY * targets.shape[1] * np.diag([0.0, 1.0, 1.0, 1.0])
        across = inputs.swapaxes(1, 2)
        for _ in range(steps):
            expected = np.exp(np.minimum((inputs @ self.weights[:, :, None])[..., 0], 20))
            slope = (across @ (targets - expected)[..., None])[..., 0] - self.weights @ penalty
            curve = (across * expected[:, None, :]) @ inputs + penalty + 1e-9 * np.eye(len(penalty))
            self.weights = self.weights + np.clip(np.linalg.solve(curve, slope[..., None])[..., 0], -1, 1)


def main() -> None:
    """Answer each line with a line, until told to stop."""
    model = None
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "stop":
            break
        if message["type"] == "start":
            model = Model(message)
            answer = {"type": "ready", "name": "Minneapolis stop forecaster", "version": "1"}
        else:
            found = model.scores(message["round"], message["reported"], message["discovered"])
            answer = {"type": "scores", "round": message["round"], "scores": found.round(6).tolist()}
        print(json.dumps(answer), flush=True)  # noqa: T201  # the protocol speaks on standard output


if __name__ == "__main__":
    main()
