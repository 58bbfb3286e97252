"""Says in a page where its numbers come from: each element that shows measured numbers names their measurements.

While a page is written they are named by id. At the end each id becomes its place in the list `measurements` of
`audit.json`, which is shorter: 200 areas name ids of 300 kB.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal

from markupsafe import Markup, escape

from auditkit.report.numbers import whole

COUNTED = Markup('<span data-m="{}" data-count="these">{}</span>')
COUNTED_PLACES = Markup('<span data-from="{}" data-count="these">{}</span>')
RANKED = Markup('<span data-m="{}" data-count="{}">{}</span>')
NAMES = ("measurement", "measurements")
"""Fields of what templates show that hold ids of measurements."""
_NAMED = re.compile(r' data-m="([^"]*)"')


def traced(*shown: object) -> Markup:
    """Return the attribute that names every measurement of what an element shows; nothing where there is none.

    >>> str(traced(None, "a/everyone", ["b/race=x", "a/everyone"]))
    ' data-m="a/everyone b/race=x"'
    """
    names = named(*shown)
    return Markup(f' data-m="{escape(names)}"') if names else Markup()  # noqa: S704  # escaped just here


def named(*shown: object) -> str:
    """Return every measurement of what an element shows, as the value of that attribute."""
    return " ".join(dict.fromkeys(_ids(shown)))


def counted(things: Iterable[object], *, locale: str, html: bool) -> Markup:
    """Write how many things there are, in an element that names each: by its first measurement, or by its place.

    >>> str(counted(["a/everyone", "b/everyone"], locale="en", html=True))
    '<span data-m="a/everyone b/everyone" data-count="these">2</span>'
    >>> str(counted(["/places/areas/0", "/places/areas/4"], locale="en", html=True))
    '<span data-from="/places/areas/0 /places/areas/4" data-count="these">2</span>'
    """
    names = [_ids(thing)[0] for thing in things]
    number = escape(whole(len(names), locale=locale))
    places = bool(names) and names[0].startswith("/")
    element = COUNTED_PLACES if places else COUNTED
    return element.format(" ".join(names), number) if html else number


def ranked(number: int, shown: object, rule: Literal["above", "known"], *, locale: str, html: bool) -> Markup:
    """Write how many numbers like this one lie above it, or are known, in an element that names this one.

    >>> str(ranked(3, "flags/area=a", "above", locale="en", html=True))
    '<span data-m="flags/area=a" data-count="above">3</span>'
    """
    text = escape(whole(number, locale=locale))
    return RANKED.format(_ids(shown)[0], rule, text) if html else text


def by_place(pages: Mapping[str, bytes], ids: Iterable[str]) -> dict[str, bytes]:
    """Name measurements by where they stand in the list `measurements` of `audit.json`; the first is 0.

    Parameters
    ----------
    pages
        HTML or SVG that names them by id, by path.
    ids
        Of every measurement, in the order of that list. Whatever is not among them stays, and leads nowhere.

    Examples
    --------
    >>> by_place({"a.svg": b'<g data-m="a/everyone b/race=x">'}, ["b/race=x", "a/everyone"])
    {'a.svg': b'<g data-m="1 0">'}
    """
    places = {str(escape(one)): str(at) for at, one in enumerate(ids)}

    def placed(named: re.Match[str]) -> str:
        return f' data-m="{" ".join(places.get(one, one) for one in named[1].split())}"'

    return {name: _NAMED.sub(placed, page.decode()).encode() for name, page in pages.items()}


def _ids(shown: object, *, named: bool = True) -> list[str]:
    """Find ids wherever a thing that templates show holds them, in the order of its fields."""
    if isinstance(shown, str):
        return [shown] if named and shown else []
    found: list[str] = []
    for one, here in _inside(shown, named=named):
        if type(one) is str:  # as nearly all are: no call for each
            found += [one] if here and one else ()
        elif one is not None:
            found += _ids(one, named=here)
    return found


def _inside(shown: object, *, named: bool) -> Iterable[tuple[object, bool]]:
    """Give what a thing holds, and say of each whether it is one id or several."""
    if is_dataclass(shown):
        return ((getattr(shown, name), holds) for name, holds in _fields(shown.__class__))
    if isinstance(shown, Mapping):
        return ((one, named) for one in shown.values())
    return ((one, named) for one in shown) if isinstance(shown, list | tuple) else ()


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, bool], ...]:
    """Name the fields of a thing, and say of each whether it holds ids."""
    return tuple((field.name, field.name in NAMES) for field in fields(kind))
