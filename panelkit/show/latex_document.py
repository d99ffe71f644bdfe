"""A LaTeX document of several parts: headings, paragraphs and three-line tables that fit their page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from panelkit.language.message import Language
from panelkit.show.grid import TableGrid
from panelkit.show.latex import EAST_ASIAN, escape, latex
from panelkit.show.word_pages import Said

_PACKAGES = ("booktabs", "threeparttable", "makecell", "dcolumn", "amssymb", "adjustbox", "placeins")
_KINDS = {
    "heading": r"\section*{%s}",
    "part": r"\clearpage\section*{%s}",
    "item": r"\par %s",
    "note": r"{\small %s\par}",
}


def document(
    title: str, blocks: Sequence[Said | TableGrid], language: Language, *, wide: bool = False
) -> str:
    """Return the document; tables float, are numbered, and shrink where they are wider or longer than a page."""
    body = "\n\n".join(_block(block) for block in blocks)
    chinese = language == "zh" or EAST_ASIAN.search(title + body) is not None
    return "\n".join(
        [
            *_preamble(language, chinese=chinese, wide=wide),
            "",
            *_titled(title),
            "",
            body,
            "",
            r"\end{document}",
            "",
        ]
    )


def _preamble(language: Language, *, chinese: bool, wide: bool) -> Iterator[str]:
    yield "% " + ("xelatex" if chinese else "pdflatex or xelatex")
    yield r"\documentclass[a4paper,11pt]{article}"
    if chinese:
        yield r"\usepackage{ctex}" if language == "zh" else r"\usepackage[scheme=plain]{ctex}"
    yield rf"\usepackage[a4paper,margin=20mm{',landscape' if wide else ''}]{{geometry}}"
    yield rf"\usepackage{{{','.join(_PACKAGES)}}}"
    yield r"\setlength{\parindent}{0pt}\setlength{\parskip}{6pt}"
    yield r"\begin{document}"


def _titled(title: str) -> Iterator[str]:
    yield rf"{{\LARGE\bfseries {escape(title)}\par}}"


def _block(block: Said | TableGrid) -> str:
    if isinstance(block, Said):
        text = escape(block.text)
        return _KINDS[block.kind] % text if block.kind in _KINDS else text + r"\par"
    table = (
        latex(replace(block, caption=None, label=None)).split("\n", 1)[1].rstrip()
    )  # without its first comment
    caption = [] if block.caption is None else [rf"\caption{{{escape(block.caption)}}}"]
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering",
            *caption,
            r"\smallskip",
            r"\begin{adjustbox}{max width=\linewidth,max totalheight=0.9\textheight}",
            table,
            r"\end{adjustbox}",
            r"\end{table}",
            r"\FloatBarrier",
        ]
    )
