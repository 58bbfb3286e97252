"""The base of every part of `audit.json`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Texts = Annotated[tuple[str, ...], Field(strict=False)]


class Record(BaseModel):
    """A part of the document: frozen, without unknown keys, NaN or infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
