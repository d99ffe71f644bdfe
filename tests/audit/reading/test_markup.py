"""LaTeX and web pages: spans, raised parts, macros, long tables, nested tables, captions, notes, bombs."""

from __future__ import annotations

import pytest

from panelkit.audit.reading.door import read_sheets
from panelkit.audit.reading.tex_cells import cleaned
from panelkit.language.errors import DataError

TEX = r"""
\documentclass{article}
\def\sym#1{\ifmmode^{#1}\else\(^{#1}\)\fi}
\newcommand{\stars}{$^{***}$} \newcommand{\est}[2]{#1 (#2)}
\begin{document}
\begin{table}[htbp]\centering
\caption[short]{Effects of $X$ on $Y$\label{tab:a}}
\begin{threeparttable}
\begin{tabular*}{\textwidth}{@{\extracolsep{\fill}}l*{3}{c}}
\hline\hline % a comment & more \\
 &\multicolumn{1}{c}{(1)}&\multicolumn{2}{c}{SDM}\\
 \cmidrule(lr){3-4}
\multirow{2}{*}{ln\_GDP} & 0.123\sym{***}& $-$0.5$^{**}$ & {-0.62} \\[2pt]
 & (0.012) & \footnotesize(0.034) & [0.1, 0.5]\\
$W\times\rho_{1}$ & \textbf{0.3}\stars & 1{,}234 & \begin{tabular}[c]{@{}c@{}}0.12\\(0.03)\end{tabular}\\
R$^2$ & \est{0.91}{0.1} & 1.2$\times 10^{-5}$ & \makecell{0.1\textsuperscript{a}\\[0.2]}\\
\hline
\multicolumn{4}{l}{\footnotesize Standard errors in parentheses}\\
\multicolumn{4}{l}{\footnotesize \sym{*} \(p<0.10\), \sym{**} \(p<0.05\), \sym{***} \(p<0.01\)}\\
\end{tabular*}
\begin{tablenotes}\footnotesize
\item Notes: $N=31\times 8$.
\item[a] $p<0.01$
\end{tablenotes}
\end{threeparttable}
\end{table}
Text. % \begin{tabular}{cc} 9 & 9 \end{tabular}
\begin{longtable}{lcc}
\caption{Long}\\ \toprule Var & A & B \\ \midrule \endfirsthead
Var & A & B \\ \endhead
\bottomrule \multicolumn{3}{r}{continued}\\ \endfoot
\bottomrule \endlastfoot
x & 1 & 2\\ y & 3 & 4\\
\end{longtable}
\begin{tabularx}{\linewidth}{lXX} a & 1 & 2 \tabularnewline b & 3.0 & 4 \end{tabularx}
\end{document}
"""


def test_a_latex_document() -> None:
    first, long, narrow = read_sheets(TEX)
    assert first.title == "Effects of X on Y"
    assert first.notes == (
        "Standard errors in parentheses",
        "* p<0.10, ** p<0.05, *** p<0.01",
        "Notes: N=31×8.",
        "a p<0.01",
    )
    assert first.merged == ((0, 2, 0, 3), (1, 0, 2, 0))
    assert first.cells == (
        ("", "(1)", "SDM", ""),
        ("ln_GDP", "0.123***", "-0.5**", "-0.62"),
        ("", "(0.012)", "(0.034)", "[0.1, 0.5]"),
        ("W×ρ1", "0.3***", "1,234", "0.12\n(0.03)"),
        ("R²", "0.91 (0.1)", "1.2×10⁻⁵", "0.1ᵃ\n[0.2]"),
    )
    assert (long.title, long.cells) == ("Long", (("Var", "A", "B"), ("x", "1", "2"), ("y", "3", "4")))
    assert narrow.cells == (("a", "1", "2"), ("b", "3.0", "4"))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"$-0.5^{***}$", "-0.5***"),
        (r"\num{0.123}", "0.123"),
        (r"$-$0.5\sym{**}", "-0.5**"),
        (r"--0.5", "–0.5"),
        (r"{\color{red}0.5}", "0.5"),
        (r"\textcolor{red}{0.5}$^\ast$", "0.5*"),
        (r"\cellcolor[gray]{0.9}0.5", "0.5"),
        (r"\phantom{-}0.5", "0.5"),
        (r"0.5\tnote{***}", "0.5***"),
        (r"0.5$^\dagger$", "0.5†"),
        (r"R\&D\_x 5\%", "R&D_x 5%"),
        (r"$\hat{\beta}_{1}$", "β1"),
        (r"LM$_{lag}$", "LM_lag"),
        (r"1\,234", "1 234"),
        (r"\shortstack{0.5\\(0.1)}", "0.5\n(0.1)"),
        (r"Caf\'e", "Cafe"),
        (r"$<$0.001", "<0.001"),
        ("{" * 60 + "0.5" + "}" * 60, "0.5"),
    ],
)
def test_cells_of_latex(source: str, text: str) -> None:
    assert cleaned(source).strip("{}") == text


def test_macros_without_end_and_spans_beyond_any_table() -> None:
    grid = r"\begin{tabular}{cc} a & \x \\ b & 1 \end{tabular}"
    for macro in (r"\newcommand{\x}{\x\x}", r"\def\x{\y\y}\def\y{\x\x}"):
        with pytest.raises(DataError, match="expand without end"):
            read_sheets(f"{macro}\n{grid}\n")
    with pytest.raises(DataError, match="more than"):
        read_sheets(
            "\\begin{tabular}{c}\n" + "\\multicolumn{400}{c}{1} & 2 \\\\\n" * 600 + "\\end{tabular}\n"
        )
    (sheet,) = read_sheets("\\begin{tabular}{cc}\nv & a \\\\\nx & {0.5 \\\\\n")  # cut short within a brace
    assert sheet.cells[0] == ("v", "a")


PAGE = """<html><head><title>x</title><style>td{}</style></head><body><nav><table><tr><td>Home<td>About</table></nav>
<p>Table 3. Effects</p><p>Unit: %</p>
<table><thead><tr><th rowspan=2>Variable</th><th colspan="2">SDM</th></tr><tr><th>(1)</th><th>(2)</th></tr></thead>
<tbody><tr><td>ln<i>GDP</i></td><td>&minus;0.42<sup>***</sup><br>(0.19)</td><td>0.38<sup>a</sup></td></tr>
<tr><td>R<sup>2</sup></td><td>0.9<span style="display:none">99</span></td>
<td><table><tr><td>0.8</td></tr><tr><td>[0.1]</td></tr></table></td></tr></tbody>
<tfoot><tr><td colspan=3>Note: *** p&lt;0.01</td></tr></tfoot></table>
<p>Notes: standard errors in parentheses.</p><p>Text goes on.</p>
<script>var t = "<table><tr><td>9<td>9</table>";</script>
<table><caption>Table 4</caption><tr><td>a<td>1<td>2<tr><td>b<td>3<td>4</table></body></html>"""


def test_a_web_page() -> None:
    first, second = read_sheets(PAGE)
    assert first.title == "Table 3. Effects Unit: %"
    assert first.notes == ("Note: *** p<0.01", "Notes: standard errors in parentheses.")
    assert first.merged == ((0, 0, 1, 0), (0, 1, 0, 2))
    assert first.cells == (
        ("Variable", "SDM", ""),
        ("", "(1)", "(2)"),
        ("lnGDP", "−0.42***\n(0.19)", "0.38ᵃ"),
        ("R²", "0.9", "0.8\n[0.1]"),
    )
    assert (second.title, second.cells) == ("Table 4", (("a", "1", "2"), ("b", "3", "4")))


def test_rows_and_columns_that_cells_span_together() -> None:
    (sheet,) = read_sheets(
        "<table><tr><td rowspan=2 colspan=2>A<td>1\n<tr><td>2\n<tr><td>x<td rowspan=9>y<td>3\n</table>"
    )
    assert sheet.cells == (("A", "", "1"), ("", "", "2"), ("x", "y", "3"))
    assert (0, 0, 1, 1) in sheet.merged


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html><body>\n<img src='t.png'></body></html>", "recognise characters in pictures"),
        ("<html><body>\n<p>Only 1 text</p></body></html>", "holds no table"),
        ("<table><tr>" + "<td rowspan=999 colspan=400>1" * 3 + "\n</table>", "more than 200,000 cells"),
        ("<table>" * 5000 + "<tr><td>\n" + "</table>" * 5000, "holds no table"),
    ],
)
def test_pages_that_are_refused(page: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_sheets(page)


def test_nothing_is_fetched_or_followed() -> None:
    page = "<table><tr><td>v<td>a<tr><td><iframe src='file:///etc/passwd'></iframe>x<td>0.1\n</table>"
    assert read_sheets(page)[0].cells[1] == ("x", "0.1")
    tex = "\\begin{tabular}{cc}\nv & a \\\\ \\input{/etc/passwd} x & 0.1 \\end{tabular}\n"
    assert "root" not in str(read_sheets(tex)[0].cells)
