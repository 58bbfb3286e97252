"""The one script of a page: it sorts tables and looks up an area; without it everything is there to read."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

from auditkit import bundled


@dataclass(frozen=True, slots=True, kw_only=True)
class PageScript:
    """What stands between the tags of the script, and how the page allows it and nothing else."""

    text: Markup
    sha256: str
    """Of the text, in base64, as a content security policy names it."""


def page_script() -> PageScript:
    """Read the script; it is ours and holds nothing from an audit, so it is not escaped."""
    return _read(bundled.folder("report_templates") / "page.js.j2")


@cache
def _read(path: Path) -> PageScript:
    text = path.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return PageScript(text=Markup(text), sha256=digest)  # noqa: S704  # our own file
