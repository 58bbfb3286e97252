"""Strict reading of TOML: unknown keys are errors that name the closest known key, and all problems come at once."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from auditkit.errors import DefinitionError, Problem, closest, shown

_LONGEST = 200
"""So many characters of a value are quoted at most."""
_LARGEST = 10**30


class Definition(BaseModel):
    """A declaration: frozen, strict, without unknown keys or infinite numbers."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, title=None, hide_input_in_errors=True
    )


Declared = TypeVar("Declared", bound=Definition)


def read_toml(path: Path, *, shown_as: str) -> dict[str, Any]:
    """Read a TOML file, or say why it cannot be read."""
    try:
        return tomllib.loads(_text(path))
    except FileNotFoundError as error:
        found, mend = "the file does not exist.", "Check the path, or start one with `auditkit new`."
        raise DefinitionError([Problem(where=shown_as, found=found, mend=mend)]) from error
    except OSError as error:
        found, mend = f"the file cannot be read ({error.strerror}).", "A readable TOML file was expected."
        raise DefinitionError([Problem(where=shown_as, found=found, mend=mend)]) from error
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8."
        raise DefinitionError(
            [Problem(where=shown_as, found=found, mend="Save the file as UTF-8.")]
        ) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # of TOML itself, and of what Python makes of its numbers and lists
        found = f"the text is not TOML: {str(error)[:_LONGEST]}."
        mend = "Mend that line; a key may stand only once in its section."
        raise DefinitionError([Problem(where=shown_as, found=found, mend=mend)]) from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except ValueError as error:  # a name that no file can have
        raise FileNotFoundError(str(error)) from error
    return raw.decode("utf-8-sig")


def parse(kind: type[Declared], data: Mapping[str, Any], *, shown_as: str) -> Declared:
    """Turn what was read into a definition, or report every problem with file and key."""
    try:
        return kind.model_validate(dict(data))
    except ValidationError as error:
        raise DefinitionError(list(_problems(kind, error, shown_as=shown_as))) from error


def _problems(kind: type[BaseModel], error: ValidationError, *, shown_as: str) -> Iterator[Problem]:
    details = error.errors(include_url=False)
    for detail in details:
        path = tuple(detail["loc"])
        if detail["type"] == "too_short" and any(
            other["loc"][: len(path)] == path for other in details if other is not detail
        ):
            continue  # pydantic counts entries that it refused for another reason as absent
        where = f"{shown_as} {_key(_written(kind, path))}".rstrip()
        if detail["type"] == "extra_forbidden":
            known = _known_keys(kind, path[:-1])
            near = closest(str(path[-1]), known)
            mend = f"Did you mean '{near}'?" if near else f"Known keys here: {shown(sorted(known), most=30)}."
            yield Problem(where=where, found="the key is unknown.", mend=mend)
        elif detail["type"] == "missing":
            yield Problem(
                where=where, found="the key is missing.", mend=f"It is required{_meaning(kind, path)}"
            )
        else:
            yield _misfit(kind, detail, where=where)


def _misfit(kind: type[BaseModel], detail: ErrorDetails, *, where: str) -> Problem:
    """Say what is wrong with a value, and where it was left blank, what it means."""
    message = detail["msg"].removeprefix("Value error, ").rstrip(".")
    given = detail.get("input")
    if given in ("", []):
        meaning = _meaning(kind, tuple(detail["loc"]))
        allowed = f" {message}." if detail["type"] == "literal_error" and "'" not in meaning else ""
        return Problem(where=where, found="it is left blank.", mend=f"Fill it in{meaning}{allowed}")
    simple = isinstance(given, str | int | float | bool)
    found = f"found {_short(given)}." if simple else "the section does not fit."
    return Problem(where=where, found=found, mend=f"{message}.")


def _short(given: object) -> str:
    """Quote a value; of a long one the beginning."""
    if isinstance(given, int) and abs(given) > _LARGEST:
        return f"a number above {_LARGEST:.0e}"  # Python may refuse to write it out
    text = repr(given)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _key(path: tuple[int | str, ...]) -> str:
    if path[:1] == ("inferred",):
        path = ("groups", *path[1:])  # written there
    if len(path) == 1:
        return f"[{path[0]}]"
    *section, key = path or ("",)
    return f"[{'.'.join(map(str, section))}] {key}" if section else ""


def _written(kind: type[BaseModel], path: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Leave out what nobody wrote: where a section has several forms, pydantic names the one that it tried."""
    return tuple(part for at, part in enumerate(path) if at == 0 or part not in _forms(kind, path[:at]))


def _forms(kind: type[BaseModel], path: tuple[int | str, ...]) -> dict[int | str, type[BaseModel]]:
    """Return the forms, by name, of the section that a path ends at; none where it has one form alone."""
    owner, name = _model_at(kind, path[:-1]), path[-1]
    field = owner.model_fields.get(str(name)) if owner else None
    found = [] if field is None else [*_models(field.annotation)]
    return {model.__name__: model for model in found} if len(found) > 1 else {}


def _model_at(kind: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Walk from a model along the keys of an error; entries of lists and tables are skipped."""
    entry, forms = False, dict[int | str, type[BaseModel]]()
    for part in path:
        if entry or isinstance(part, int):
            entry = False
            continue
        if part in forms:
            kind, forms = forms[part], {}
            continue
        field = kind.model_fields.get(part)
        found = [] if field is None else [*_models(field.annotation)]
        if field is None or not found:
            return None
        kind, entry = found[0], get_origin(field.annotation) is dict
        forms = {model.__name__: model for model in found} if len(found) > 1 else {}
    return kind


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _known_keys(kind: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    model = _model_at(kind, path)
    return list(model.model_fields) if model else []


def _meaning(kind: type[BaseModel], path: tuple[int | str, ...]) -> str:
    model = _model_at(kind, path[:-1])
    field = model.model_fields.get(str(path[-1])) if model else None
    meaning = (field.description or "") if field else ""
    return f": {meaning}" if meaning else "."
