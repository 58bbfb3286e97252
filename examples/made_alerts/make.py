"""Make the tables of an alert system that does not exist, in a city that does not exist. INVENTED DATA, all of it.

    python make.py --out FOLDER

No public table of alerts says what became of them, by a source that others have verified. So this example makes one.
Its shape is that of a published case: 424 areas, sensors over 38 of them, 9,600 alerts in five years and four months,
and residents by race who live apart. Every number is drawn here; none describes a real place or person.

Written to `--out`:

- `areas.csv`     424 areas on a grid: residents, residents by race, position
- `sensors.csv`   the covered share of each area, and the hours its sensors were on
- `alerts.csv`    one row per alert: area, day, disposition, whether officers were sent, what followed, officer-hours
- `shootings.csv` shootings known from hospitals, and whether the system alerted
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20260101
AREAS, COLUMNS, ALERTS, SHOOTINGS = 424, 21, 9600, 700
FIRST, LAST = pd.Timestamp("2016-01-01"), pd.Timestamp("2021-04-20")
OUTAGE = (pd.Timestamp("2018-08-06"), pd.Timestamp("2018-08-19"))
"""Two weeks in which the made system was off."""
FOLLOWED = {"stop": 0.028, "search": 0.013, "arrest": 0.006, "injury": 0.0006}
"""What follows an alert to which officers were sent."""


def main() -> None:
    """Write the four tables."""
    parser = argparse.ArgumentParser(description="Write the made tables of an alert system.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables(np.random.default_rng(SEED)).items():
        table.to_csv(out / f"{name}.csv", index=False)


def tables(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return the four tables by name."""
    areas = _areas(rng)
    sensors = _sensors(areas)
    return {
        "areas": areas.drop(columns=["distance"]),
        "sensors": sensors,
        "alerts": _alerts(areas, sensors, rng),
        "shootings": _shootings(areas, sensors, rng),
    }


def _areas(rng: np.random.Generator) -> pd.DataFrame:
    """Lay areas out on a grid; the nearer to one corner of the middle, the more of the residents are Black."""
    place = np.arange(AREAS)
    x, y = place % COLUMNS, place // COLUMNS
    distance = np.hypot(x - 12, (y - 8) * 1.1)
    residents = rng.integers(500, 1900, AREAS)
    black = 1 / (1 + np.exp((distance - 5.5) / 1.6)) * rng.uniform(0.75, 0.98, AREAS) + 0.04
    people = np.stack([black, (1 - black) * 0.8, (1 - black) * 0.2]).T
    by_race = np.array(
        [rng.multinomial(n, share / share.sum()) for n, share in zip(residents, people, strict=True)]
    )
    return pd.DataFrame(
        {
            "area": [f"B{at:03d}" for at in place], "name": [f"Made block group {at + 1}" for at in place],
            "residents": residents, "black": by_race[:, 0], "white": by_race[:, 1], "other": by_race[:, 2],
            "lon": (-30.0 + 0.01 * x).round(3), "lat": (40.0 + 0.01 * y).round(3), "distance": distance,
        }
    )  # fmt: skip


def _sensors(areas: pd.DataFrame) -> pd.DataFrame:
    """Cover a round part of the city: whole areas inside, parts of areas along its border."""
    share = np.clip((3.5 - areas["distance"]) / 1.2, 0, 1).round(3)
    hours = 24 * ((LAST - FIRST).days + 1 - ((OUTAGE[1] - OUTAGE[0]).days + 1))
    return pd.DataFrame({"area": areas["area"], "share": share, "hours": np.where(share > 0, hours, 0)})


def _alerts(areas: pd.DataFrame, sensors: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    weight = sensors["share"] * rng.gamma(2.0, 1.0, AREAS)
    area = rng.choice(AREAS, size=ALERTS, p=weight / weight.sum())
    days = pd.date_range(FIRST, LAST)
    days = days[(days < OUTAGE[0]) | (days > OUTAGE[1])]
    day = np.sort(rng.choice(len(days), size=ALERTS))
    sent = rng.random(ALERTS) < 0.94
    # A third of the areas write down less: their dispositions are missing more often.
    recorded = sent & (rng.random(ALERTS) < np.where(area % 3 == 0, 0.74, 0.93))
    disposition = np.where(
        recorded,
        rng.choice(["evidence found", "unfounded", "nothing found"], ALERTS, p=[0.12, 0.16, 0.72]),
        "",
    )
    alerts = pd.DataFrame(
        {
            "alert": [f"M{at:05d}" for at in range(ALERTS)], "area": areas["area"].to_numpy()[area],
            "day": days[day].strftime("%Y-%m-%d"),
            "longitude": (areas["lon"].to_numpy()[area] + rng.uniform(-0.004, 0.004, ALERTS)).round(3).astype(str),
            "latitude": (areas["lat"].to_numpy()[area] + rng.uniform(-0.004, 0.004, ALERTS)).round(3).astype(str),
            "sent": sent.astype(int), "disposition": disposition,
        }
    )  # fmt: skip
    for name, chance in FOLLOWED.items():
        alerts[name] = (sent & (rng.random(ALERTS) < chance)).astype(int)
    hours = rng.lognormal(-0.35, 0.6, ALERTS) + np.where(disposition == "evidence found", 1.5, 0.0)
    alerts["officer_hours"] = np.where(sent, hours.round(2), 0.0)
    shifted = 5133  # one row lost a cell, as happens: its latitude holds the longitude
    alerts.loc[shifted, ["latitude", "longitude"]] = [alerts.loc[shifted, "longitude"], ""]
    return alerts


def _shootings(areas: pd.DataFrame, sensors: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw shootings with a victim in hospital: half under the sensors, which hear three of four."""
    share = sensors["share"].to_numpy()
    weight = np.where(share > 0, share / share.sum(), 1 / (share == 0).sum())
    area = rng.choice(AREAS, size=SHOOTINGS, p=weight / weight.sum())
    heard = rng.random(SHOOTINGS) < 0.76 * (share[area] > 0)
    return pd.DataFrame({"area": areas["area"].to_numpy()[area], "alerted": np.where(heard, "yes", "no")})


if __name__ == "__main__":
    main()
