"""What somebody wants of a report besides its figures: for whom it is arranged, and in which formats."""

from dataclasses import dataclass

from auditkit.definitions.audience import Audience, check_audience
from auditkit.report.languages import check_languages
from auditkit.report.pdf import check_pdf, pdf_files
from auditkit.report.png import check_png, png_files
from auditkit.report.render import render
from auditkit.results.document import AuditDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a report is to be written; no choice here changes a figure."""

    audience: Audience = "board"
    pdf: bool = False

    def check(self, languages: tuple[str, ...]) -> None:
        """Refuse what cannot be written, before any work is done.

        Raises
        ------
        AuditKitError
            If there is no such audience or language, or a package that draws is missing.
        """
        check_audience(self.audience)
        check_languages(languages)
        if self.pdf:
            check_pdf()
        if self.audience == "journalist":
            check_png(languages)

    @property
    def options(self) -> str:
        """The options of the command line that ask for the same."""
        return f" --audience {self.audience}" * (self.audience != "board") + " --pdf" * self.pdf

    def files(self, document: AuditDocument) -> dict[str, bytes]:
        """Write every file of the report, by path in the run folder."""
        written = render(document, audience=self.audience)
        if self.audience == "journalist":
            written |= png_files(written)
        return written | (pdf_files(written) if self.pdf else {})
