"""The text of a new claim file: every field that it needs, known or blank, under what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from panelkit.claims.file.parts import NEWEST, Part, Text
from panelkit.claims.file.problems import BLANK
from panelkit.claims.maps import OWN_WEIGHTS
from panelkit.claims.new import notes
from panelkit.claims.new.answers import Answers, shape_of, words_of
from panelkit.claims.new.grid import write_grid
from panelkit.claims.new.page import Page
from panelkit.claims.new.toml_text import toml_value
from panelkit.claims.own_panel import OwnPanel
from panelkit.language.message import Language, Message, message

FIRST_YEAR = 2011
"""Where the sample of a claim about the shipped figures begins unless it says otherwise."""
SEED = 1
_MOST_COLUMNS = 60
_BLANK_TEXT: Mapping[str, str] = {"en": BLANK, "zh": BLANK}


@dataclass(frozen=True)
class Subject:
    """What a claim is about: the user's panel (None: the shipped figures), and the commands that go on from here."""

    panel: OwnPanel | None
    lint: str
    check: str


def template_of(answers: Answers, subject: Subject, language: Language) -> str:
    """Return the text of the file.

    Parameters
    ----------
    answers
        What is known; all else is a blank.
    subject
        What the claim is about.
    language
        The language of the comments.
    """
    page = Page(language)
    page.say(notes.HEAD)
    page.command(notes.first(subject.lint))
    page.command(notes.then(subject.check))
    _document(page, answers)
    _claim(page, answers, subject)
    _reading(page, answers)
    _rule(page, answers)
    _plausibility(page, answers)
    _design(page, answers, subject)
    write_grid(page, answers, subject.panel)
    return page.text()


def _document(page: Page, answers: Answers) -> None:
    page.head("[document]", notes.DOCUMENT)
    known = answers.tables["document"]
    for name, blank in (("key", "own"), ("authors", [BLANK]), ("title", BLANK)):
        page.field(name, known.get(name, blank), notes.OF_DOCUMENT[name])
    _others(page, known, ("key", "authors", "title"))


def _claim(page: Page, answers: Answers, subject: Subject) -> None:
    page.head("[[claim]]", notes.CLAIM)
    known, place = answers.tables["claim"], answers.tables["place"]
    page.field("id", known.get("id", "C1"))
    where = {name: place.get(name, BLANK) for name in ("section", "phrase")}
    page.field("place", where, notes.OF_CLAIM["place"])
    page.field("status", "computed")
    page.field("flags", known.get("flags") or [], notes.OF_CLAIM["flags"])
    page.field("says", _whole(known.get("says")), notes.OF_CLAIM["says"])
    first = FIRST_YEAR if subject.panel is None else subject.panel.years[0]
    sample = {"years": [first, NEWEST], **_held(answers.tables["sample"])}
    page.field("sample", sample, notes.OF_CLAIM["years"])
    if answers.kind.TESTED or "treatment" in answers.kind.model_fields:
        page.field("test", {"seed": SEED, **_held(answers.tables["test"])}, notes.OF_CLAIM["test"])
    _others(page, known, ("id", "flags", "says"))


def _reading(page: Page, answers: Answers) -> None:
    page.head("[[claim.reading]]", notes.READING)
    page.field("id", "main")
    page.field("main", True)
    page.field("label", in_both(message("literal reading")))
    page.field("says", _whole(answers.value("claim", "says")), notes.OF_READING["says"])
    known = dict(answers.tables["reading"])
    if answers.rule_name == "R-MAG":
        known.setdefault("claimed", answers.value("rule", "value", BLANK))
    if "claimed" in known:
        page.field("claimed", known["claimed"], notes.OF_READING["claimed"])
    _others(page, known, ("claimed",))


def _rule(page: Page, answers: Answers) -> None:
    """Write the rule: what it needs, then its smallest effect of interest, then the reason of its bounds."""
    rule, known = answers.rule, answers.tables["rule"]
    page.head("[claim.reading.rule]")
    page.field("name", answers.rule_name)
    for name in rule.NEEDS:
        page.field(name, known.get(name, BLANK), notes.of_rule(name, bound=name in rule.BOUNDS))
    bounds = [name for name in rule.BOUNDS if name in rule.NEEDS or known.get(name) is not None]
    if "smallest" in rule.BOUNDS and "smallest" not in rule.IDLE and not answers.known("rule", "smallest"):
        page.field("smallest", BLANK, notes.OF_RULE["smallest"])
        bounds.append("smallest")
    _others(page, known, (*rule.NEEDS, "why"))
    if bounds or known.get("why") is not None:
        page.field("why", _whole(known.get("why")), notes.OF_RULE["why"])


def _plausibility(page: Page, answers: Answers) -> None:
    """Write, commented out, a bound that a claimed number must respect whatever the estimate is."""
    if answers.rule_name == "R-MAG" and answers.kind.TESTED:
        table = {"kind": "reach", "treatment_change": "0.10", "why": _BLANK_TEXT}
        fields = [f"{name} = {toml_value(value)}" for name, value in table.items()]
        page.aside(notes.PLAUSIBLE, ["[claim.reading.plausibility]", *fields])


def _design(page: Page, answers: Answers, subject: Subject) -> None:
    """Write the principal design: what its kind needs and shows, and the names of what else it may say."""
    kind, known = answers.kind, answers.tables["design"]
    page.head("[[claim.reading.design]]", notes.DESIGN)
    panel = subject.panel
    if panel is not None:
        names = [str(name) for name in panel.frame.columns]
        page.say(notes.columns(panel.name, names[:_MOST_COLUMNS], max(0, len(names) - _MOST_COLUMNS)))
    page.field("id", "main")
    page.field("kind", answers.kind_name)
    page.field("label", in_both(message("principal design")))
    given = dict(known)
    if "weights" in kind.model_fields and panel is not None and panel.weights:
        given.setdefault("weights", list(OWN_WEIGHTS[: len(panel.weights)]))
    shown = kind.shown(known, own=panel is not None)
    aside = {"id", "kind", "label", "standing", "flags", "sample", "rule"}
    written = []
    for name, field in kind.model_fields.items():
        if name in aside or not (field.is_required() or name in shown or given.get(name) is not None):
            continue
        written.append(name)
        page.field(name, _known_or_blank(kind, name, given), _note(kind, name))
    others = [name for name in kind.model_fields if name not in aside and name not in written]
    if others:
        page.say(notes.more(others))


def _known_or_blank(kind: type[Part], name: str, given: Mapping[str, Any]) -> Any:
    """Return what a field is given, its default, or a blank of its shape."""
    field = kind.model_fields[name]
    if given.get(name) is not None:
        return given[name]
    if not field.is_required() and field.default is not None:
        return field.default
    shape = shape_of(field.annotation)
    least = max([getattr(item, "min_length", None) or 1 for item in field.metadata], default=1)
    if shape is int:
        return SEED
    if shape is tuple:
        return [BLANK] * least
    if shape is dict:
        return {name: [BLANK] for name in ("first", "second", "third", "fourth")[:least]}
    return dict(_BLANK_TEXT) if shape is Text else BLANK


def _note(kind: type[Part], name: str) -> Message | None:
    words = words_of(kind.model_fields[name].annotation)
    if name in notes.OF_DESIGN and not (words and name == "measure"):
        return notes.OF_DESIGN[name]
    return notes.takes([str(word) for word in words]) if words else None


def _others(page: Page, known: Mapping[str, Any], written: tuple[str, ...]) -> None:
    """Write what is known beside the fields that stand already."""
    for name, value in known.items():
        if name not in written and value is not None:
            page.field(name, value)


def _held(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if value is not None}


def _whole(said: Any) -> dict[str, str]:
    """Return a sentence in both languages, blanks where there is none; one language stands in both."""
    texts = {name: text for name, text in (said or {}).items() if text}
    if not texts:
        return dict(_BLANK_TEXT)
    other = next(iter(texts.values()))
    return {**texts, "en": texts.get("en", other), "zh": texts.get("zh", other)}


def in_both(said: Message) -> dict[str, str]:
    """Return a sentence of ours in both languages."""
    return {"en": said.text("en"), "zh": said.text("zh")}
