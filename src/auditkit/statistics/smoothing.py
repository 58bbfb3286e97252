"""Smoothing of counts over the map: what an area scores, given what was recorded around it."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
KM_PER_DEGREE = 6371.0088 * np.pi / 180
"""Of latitude, on a sphere of the mean radius of the Earth."""


def planar_km(longitude: Floats, latitude: Floats) -> Floats:
    """Place points on a plane, in kilometres; right to a few metres within a city.

    Parameters
    ----------
    longitude, latitude
        Degrees, shape (areas,).

    References
    ----------
    Snyder, J. P. (1987), Map projections: a working manual, USGS Professional Paper 1395, 90 (equirectangular).

    >>> planar_km(np.array([0.0, 0.0]), np.array([0.0, 1.0]))[1].round(2).tolist()
    [0.0, 111.2]
    """
    middle = np.cos(np.radians(latitude.mean()))
    return np.column_stack([longitude * middle, latitude]) * KM_PER_DEGREE


def nearest_distance(points: Floats) -> float:
    """Median distance from an area's centre to the nearest other: how closely areas lie.

    References
    ----------
    Clark, P. J. and Evans, F. C. (1954), Distance to nearest neighbor, Ecology 35, 445-453.

    >>> nearest_distance(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 6.0]]))
    2.0
    """
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.median(apart.min(axis=1)))


def gaussian_weights(points: Floats, *, bandwidth: float) -> Floats:
    """Weigh the records of each area (column) in the score of each other (row); a Gaussian of distance.

    References
    ----------
    Chainey, S., Tompson, L., Uhlig, S. (2008), The utility of hotspot mapping for predicting spatial patterns of
    crime, Security Journal 21, 4-28 (kernel density estimation of recorded crime).

    >>> gaussian_weights(np.array([[0.0, 0.0], [0.0, 1.0]]), bandwidth=1.0).round(4).tolist()
    [[1.0, 0.6065], [0.6065, 1.0]]
    """
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    return np.asarray(np.exp(-((apart / bandwidth) ** 2) / 2), dtype=np.float64)


def neighbour_weights(neighbours: tuple[tuple[int, ...], ...]) -> Floats:
    """Weigh an area's own records by one half, and the mean of its neighbours' by the other.

    An area without neighbours keeps its own records.

    References
    ----------
    Ratcliffe, J. H. and McCullagh, M. J. (1999), Hotbeds of crime and the search for spatial accuracy, Journal of
    Geographical Systems 1, 385-398 (local means over adjoining areas).

    >>> neighbour_weights(((1, 2), (0,), (0,), ())).tolist()[0]
    [0.5, 0.25, 0.25, 0.0]
    """
    weights = np.eye(len(neighbours))
    for area, around in enumerate(neighbours):
        if around:
            weights[area, area] = 0.5
            weights[area, list(around)] = 0.5 / len(around)
    return weights
