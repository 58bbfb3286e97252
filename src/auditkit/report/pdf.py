"""Pages as tagged PDF, for those who need one file to print, sign or file."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from auditkit import bundled
from auditkit.errors import MissingExtraError, ReportError
from auditkit.report.templates import templates

_PANGO = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"


def check_pdf() -> None:
    """Refuse a PDF where it cannot be drawn, before any work is done.

    Raises
    ------
    MissingExtraError
        If WeasyPrint is not installed.
    ReportError
        If Pango is missing, which WeasyPrint draws text with.
    """
    _weasyprint()


def pdf_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Draw each page of a run folder as PDF/UA-1, by path; nothing is fetched, and what is folded away is shown."""
    weasyprint = _weasyprint()
    macros: Any = templates(bundled.folder("report_templates")).get_template("print.css.j2").module
    sheet = f"<style>{macros.document()}</style>"
    inside = f"<style>{macros.picture()}</style>"
    nothing = weasyprint.URLFetcher(allowed_protocols=())
    drawn = {}
    for name, content in files.items():
        if name.endswith(".html"):
            page = content.decode().replace("</head>", f"{sheet}</head>", 1)
            page = re.sub(r"</title>(?=<desc)", lambda found: found.group() + inside, page)
            html = weasyprint.HTML(string=page, url_fetcher=nothing)
            drawn[name.removesuffix("html") + "pdf"] = html.write_pdf(pdf_variant="pdf/ua-1")
    return drawn


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ModuleNotFoundError as error:
        raise MissingExtraError(feature="A report as PDF", command="pip install 'auditkit[pdf]'") from error
    except OSError as error:
        raise ReportError(
            where="--pdf",
            found="WeasyPrint is installed, but not Pango, which it draws text with.",
            mend=f"On Debian: {_PANGO}. Or leave the PDF out; the HTML prints well.",
        ) from error
    for name in ("weasyprint", "fontTools"):  # they report every rule that is meant for screens
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return weasyprint
