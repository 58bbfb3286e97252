"""Smoothing of counts over the map, and the overlap of two sets."""

import numpy as np
import pytest
from scipy.stats import norm

from auditkit.statistics.overlap import jaccard
from auditkit.statistics.smoothing import gaussian_weights, nearest_distance, neighbour_weights, planar_km


def test_distances_in_a_city_are_those_on_the_sphere() -> None:
    # Haversine, by hand: Minneapolis 44.95 N 93.30 W to 45.05 N 93.20 W is 13.63 km
    longitude, latitude = np.array([-93.30, -93.20]), np.array([44.95, 45.05])
    a = (
        np.sin(np.radians(0.05)) ** 2
        + np.cos(np.radians(44.95)) * np.cos(np.radians(45.05)) * np.sin(np.radians(0.05)) ** 2
    )
    wanted = 2 * 6371.0088 * np.arcsin(np.sqrt(a))

    assert np.linalg.norm(np.diff(planar_km(longitude, latitude), axis=0)) == pytest.approx(wanted, rel=1e-4)


def test_weights_are_a_gaussian_density_up_to_a_constant() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])

    assert gaussian_weights(points, bandwidth=2.5)[0] == pytest.approx(
        norm.pdf([0, 5, 10], scale=2.5) / norm.pdf(0, scale=2.5)
    )
    assert nearest_distance(points) == 5


def test_an_area_without_neighbours_keeps_its_own_records_and_weights_add_up_to_one() -> None:
    weights = neighbour_weights(((1, 2), (0,), (0,), ()))

    assert weights.sum(axis=1) == pytest.approx([1, 1, 1, 1])
    assert weights[3].tolist() == [0, 0, 0, 1]


def test_overlap_counts_areas_in_both_over_areas_in_either() -> None:
    one, other = np.array([1, 1, 1, 0], dtype=bool), np.array([1, 0, 1, 1], dtype=bool)

    assert jaccard(one, other) == jaccard(other, one) == 2 / 4
    assert jaccard(one, one) == 1
    assert jaccard(one, ~one) == 0
    with pytest.raises(ValueError, match="two empty sets"):
        jaccard(np.zeros(2, dtype=bool), np.zeros(2, dtype=bool))
