"""A new claim file: written whole, never over another, with the blanks that only its author can fill."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from panelkit.claims.check import refuse_without_data
from panelkit.claims.file.toml_file import shown_path
from panelkit.claims.lint.lint import lint_file
from panelkit.claims.lint.result import ClaimLint, ClaimProblem
from panelkit.claims.new.answers import answers_of
from panelkit.claims.new.template import Subject, template_of
from panelkit.claims.own_panel import open_panel
from panelkit.claims.source import Own, Shipped, Source
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, Message, lines, message
from panelkit.language.offers import offered
from panelkit.show.brief import Brief
from panelkit.show.files import PART, reason_of, write_new

_NO_KEY = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class NewClaim(Brief):
    """A new claim file: its path (None: it was not written), its text, what waits to be filled, what to run next.

    Examples
    --------
    >>> new = pk.new_claim(outcome="log(gdp)", treatment="log(rd_expenditure)", sign="+")
    >>> len(new.blanks) > 0
    True
    """

    path: Path | None
    text: str
    lint: ClaimLint
    follow: str

    def _brief(self) -> str:
        return f"{self.lint.file}, {len(self.blanks)} blanks"

    @property
    def blanks(self) -> tuple[ClaimProblem, ...]:
        """Return what waits to be filled, with its line."""
        return self.lint.blanks


@offered("claim", family="file", result="NewClaim", public=True)
def new_claim(
    path: str | Path | None = None,
    *,
    kind: str = "panel",
    rule: str | None = None,
    data: Any = None,
    unit: str | None = None,
    time: str | None = None,
    w: Any = None,
    language: Language = "en",
    fields: Mapping[str, Any] | None = None,
    **more: Any,
) -> NewClaim:
    """Write a commented claim file with one principal design; what is not given is a blank, which `check` refuses.

    Parameters
    ----------
    path
        The file; one that is there already is never written over. None: nothing is written.
    kind, rule
        A kind of design and a rule of the register; without a rule the usual one of the kind.
    data, unit, time, w
        A panel of your own that the claim is about, as in `check`: its columns, years and weights.
    language
        The language of the comments.
    fields, more
        What is known: fields of the document, claim, rule, design, sample, test and reading by name. Where two tables
        have a field of that name the one that is named first here has it; `"design.value"` names the table. A sentence
        is one text, or one a language; None leaves a field out that the file would show.

    Returns
    -------
    NewClaim

    Raises
    ------
    SpecError
        If there is no such kind, rule or field, what is given is refused by the lint, or the file is there already.
    DataError
        If `data` is no panel, or the file cannot be written.

    Examples
    --------
    >>> new = pk.new_claim(kind="spatial", outcome="log(gdp)", treatment="log(rd_expenditure)", sign="+")
    >>> "R-SPILL" in new.text
    True
    """
    if data is None:
        refuse_without_data(unit=unit, time=time, w=w)
    source: Source = Shipped() if data is None else Own(open_panel(data, unit=unit, time=time, w=w))
    given = {**(fields or {}), **more}
    return draft(path, source, given, kind=kind, rule=rule, language=language)


def draft(
    path: str | Path | None,
    source: Source,
    given: Mapping[str, Any],
    *,
    kind: str = "panel",
    rule: str | None = None,
    language: Language = "en",
    options: Sequence[str] = (),
) -> NewClaim:
    """Return a new claim about a source, written where a path is given, as `new_claim`.

    `options` are those of the command line that name the source, for the commands in the file's head.
    """
    target = None if path is None else Path(path)
    refuse_present(target)
    shown = "my_claim.toml" if target is None else shown_path(target)
    key = _NO_KEY.sub("_", Path(shown).stem).strip("_.-") or "own"
    answers = answers_of(kind, rule, {"key": key[:80], **given})
    words = shlex.join([shown, *options])
    subject = Subject(source.panel, f"panelkit claims lint {words}", f"panelkit check {words}")
    text = template_of(answers, subject, language)
    found = _linted(text, shown, source)
    wrong = [item for item in found if not item.blank]
    if wrong:
        raise SpecError(lines(_told(item) for item in wrong))
    if target is not None:
        _write_absent(target, text)
    return NewClaim(target, text, found, subject.lint if found.blanks else subject.check)


def refuse_present(path: Path | None) -> None:
    """Refuse a file that is there already, or a link of that name.

    Raises
    ------
    SpecError
        With another way to go on.
    """
    if path is not None and os.path.lexists(path):
        raise SpecError(
            message(
                "{path} is there already, and a new claim writes over nothing: name another file, or "
                "`panelkit claims lint` says what that one lacks",
                path=shown_path(path),
            )
        )


def _told(item: ClaimProblem) -> Message:
    return message("line {line}: {problem}", line=item.line, problem=item.said)


def _linted(text: str, shown: str, source: Source) -> ClaimLint:
    """Return what the lint says of a text, as if it stood in the file already."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.toml"
        path.write_text(text, encoding="utf-8")
        found = lint_file(path, source)
    problems = tuple(replace(item, file=shown) for item in found)
    return replace(found, file=shown, problems=problems)


def _write_absent(path: Path, text: str) -> None:
    """Write a file whole, or not at all where something of that name has come to be meanwhile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".panelkit-{secrets.token_hex(6)}{PART}")
        write_new(part, text.encode("utf-8"))
        try:
            os.link(part, path)
        except FileExistsError:
            refuse_present(path)
            raise
        except OSError:  # a file system without hard links: not written over all the same
            write_new(path, text.encode("utf-8"))
        finally:
            part.unlink(missing_ok=True)
    except FileExistsError:
        refuse_present(path)
        raise
    except OSError as error:
        raise DataError(
            message("{path} cannot be written: {why}", path=shown_path(path), why=reason_of(error))
        ) from error
