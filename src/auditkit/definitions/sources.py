"""Where a table is: one file or several, a table inside a file, or a table on a PostgreSQL server."""

from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, model_validator

from auditkit.definitions.strict import Definition

SERVERS = ("postgresql://", "postgres://")
"""How the address of a table on a server begins."""
Encoding = Literal["utf-8", "utf-16", "windows-1252", "latin-1"]


class TableSource(Definition):
    """What every section that names a table may say about where it is and how it is written."""

    path: str = Field(description="a file, a pattern of files, or a PostgreSQL address.")
    table: str | None = Field(
        None,
        description="the table or view of a database, the layer of a GeoPackage, or the file in a zip archive.",
    )
    sheet: str | None = Field(None, description="the sheet of a workbook; absent, its only one.")
    encoding: Encoding | None = Field(
        None, description="how a text file is written; absent, it is looked at."
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        None, description="what separates the columns of a CSV; absent, the header decides."
    )
    password_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = Field(
        None, description="the environment variable with the password of a server; absent, PGPASSWORD."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_password(cls, given: Any) -> Any:
        """Refuse a password before anything could repeat it: an audit file is passed on and published."""
        path = given.get("path") if isinstance(given, dict) else None
        if isinstance(path, str) and _has_password(path):
            msg = (
                "a password does not belong in an audit file: take it out of 'path', and set the environment "
                "variable PGPASSWORD, or the one that 'password_env' names"
            )
            raise ValueError(msg)
        return given

    @property
    def on_server(self) -> bool:
        """Tell whether the table is on a PostgreSQL server rather than in a file."""
        return self.path.lower().startswith(SERVERS)


def _has_password(path: str) -> bool:
    if not path.lower().startswith(SERVERS):
        return "password=" in path.lower()
    address = urlsplit(path)
    words = {key.lower() for key in parse_qs(address.query, keep_blank_values=True)}
    return address.password is not None or bool(words & {"password", "sslpassword"})
