"""Charts as PNG, for those whose page takes no SVG."""

from collections.abc import Callable, Mapping

from auditkit.errors import MissingExtraError, ReportError
from auditkit.report.languages import about

WIDTH = 1600
"""Pixels across."""
LETTER = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text y="18">{}</text></svg>'
NOBODYS = "\ue123"
"""A letter that no font has."""

Draw = Callable[..., bytes]


def check_png(languages: tuple[str, ...]) -> None:
    """Refuse PNG where it cannot be drawn, before any work is done; each language shows its letters in its own name.

    Raises
    ------
    MissingExtraError
        If resvg-py is not installed.
    ReportError
        If no font is installed, or none that has the letters of a language; charts would be drawn without their words.
    """
    draw = _resvg()
    if _letter(draw, "M") == _letter(draw, ""):
        raise ReportError(
            where="charts as PNG", found="no font is installed, so their words cannot be drawn.",
            mend="On Debian: apt-get install fonts-dejavu-core.",
        )  # fmt: skip
    for language in languages:
        name, missing = about(language).name, _letter(draw, NOBODYS)
        if any(one.isalpha() and _letter(draw, one) == missing for one in name):
            raise ReportError(
                where="charts as PNG", found=f"no font that is installed has the letters of '{language}' ({name}).",
                mend="On Debian: apt-get install fonts-noto-core, or fonts-noto-cjk for Chinese, Japanese and Korean.",
            )  # fmt: skip


def png_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Draw each SVG of a run folder as PNG of 1,600 pixels across, by path; nothing is fetched."""
    draw = _resvg()
    return {
        name.removesuffix("svg") + "png": draw(svg_string=content.decode(), width=WIDTH, background="#ffffff")
        for name, content in files.items()
        if name.endswith(".svg")
    }


def _letter(draw: Draw, letter: str) -> bytes:
    return draw(svg_string=LETTER.format(letter))


def _resvg() -> Draw:
    try:
        from resvg_py import svg_to_bytes
    except ModuleNotFoundError as error:
        feature = "A report for journalists, with its charts as PNG,"
        raise MissingExtraError(feature=feature, command="pip install 'auditkit[png]'") from error
    return svg_to_bytes
