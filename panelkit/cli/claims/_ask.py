"""The questions of `panelkit claims new` on a terminal: what is not given yet, each answer held to the gate at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from panelkit.language.message import Language, Message, in_language, listed, message, verbatim

if TYPE_CHECKING:
    from panelkit.claims.file.design import ClaimDesign
    from panelkit.claims.source import Source

Ask = Callable[[str, str], str]
Say = Callable[[str], None]


_UNASKED = (
    "id",
    "kind",
    "label",
    "seed",
    "lag",
    "lags",
    "effects",
    "model",
    "effect",
    "inequality",
    "groups",
)
"""Fields that the file shows with a value that may stand."""


class Interview:
    """Asks for what a new claim needs; an empty answer leaves a blank in the file.

    `given` holds what is known, and gets what is answered.
    """

    def __init__(self, ask: Ask, say: Say, given: dict[str, Any], source: Source, language: Language) -> None:
        self._ask_for, self._say_it = ask, say
        self.given = given
        self.source = source
        self.language: Language = language

    def hold(self, kind: str | None, rule: str | None) -> tuple[str, str]:
        """Ask everything, and return the kind of design and the rule."""
        from panelkit.claims.file.design import kind_of
        from panelkit.claims.new.answers import usual_rule
        from panelkit.language.register import find, keys

        self._say(message("An empty answer takes what stands in brackets, or leaves a blank in the file."))
        chosen = kind or self._one_of(message("Kind of design"), list(self._kinds()), "panel")
        design = kind_of(chosen)
        self._columns()
        for name in self._open_fields(design):
            self._formula_or_text(design, name)
        readers = [name for name in keys("rule") if find("rule", name).reads(chosen, design.YIELDS)]
        named = rule or self._one_of(message("Verdict rule"), readers, usual_rule(chosen))
        self._rule(find("rule", named))
        self._sentences()
        return chosen, named

    def _kinds(self) -> Iterator[str]:
        """Yield the kinds that the panel can carry: not those of indices that are made of shipped figures."""
        from panelkit.language.register import find, keys

        for name in keys("design"):
            fields = find("design", name).model_fields
            if self.source.panel is None or not ("index" in fields and fields["index"].is_required()):
                yield name

    def _columns(self) -> None:
        panel = self.source.panel
        if panel is not None:
            from panelkit.claims.new import notes

            self._say(notes.columns(panel.name, [str(name) for name in panel.frame.columns][:60], 0))

    def _open_fields(self, design: type[ClaimDesign]) -> Iterator[str]:
        own = self.source.panel is not None
        for name in design.model_fields:
            needed = design.model_fields[name].is_required() or name in design.shown(self.given, own=own)
            if needed and name not in _UNASKED and name not in self.given:
                yield name

    def _formula_or_text(self, design: type[ClaimDesign], name: str) -> None:
        """Ask for a field until the gate takes it."""
        from panelkit.claims.new import notes
        from panelkit.claims.new.answers import words_of

        words = [str(word) for word in words_of(design.model_fields[name].annotation)]
        said = notes.OF_DESIGN.get(name)
        question = message("{field}: {note}", field=name, note=said) if said else verbatim(name)
        if words:
            self._keep(name, self._one_of(question, words, ""))
            return
        while True:
            answer = self._ask(question)
            wrong = self._wrong(design, name, answer)
            if wrong is None:
                self._keep(name, answer)
                return
            self._say(wrong)

    def _wrong(self, design: type[ClaimDesign], name: str, answer: str) -> Message | None:
        """Return why an answer is no formula of the columns at hand; None where it is one, or none is asked for."""
        from panelkit.claims.file.design import FormulaField
        from panelkit.claims.file.names import columns_of_field
        from panelkit.language.errors import PanelkitError

        if not answer or name not in design.FORMULAS:
            return None
        try:
            columns = [
                column
                for text in _texts(design, name, answer)
                for column in columns_of_field(FormulaField(name, text, name == "controls"), {})
            ]
        except PanelkitError as error:
            return error.said
        except KeyError as error:
            return message("no figure is called {name}: name a column", name=str(error))
        panel = self.source.panel
        absent = [] if panel is None else [one for one in columns if one not in map(str, panel.frame.columns)]
        if absent:
            return message("no column is called {names}", names=[f"`{one}`" for one in absent])
        return None

    def _rule(self, rule: Any) -> None:
        from panelkit.claims.new import notes
        from panelkit.claims.new.answers import words_of

        for name in rule.NEEDS:
            if name not in self.given:
                note = notes.of_rule(name, bound=name in rule.BOUNDS) or verbatim(name)
                words = [str(word) for word in words_of(rule.model_fields[name].annotation)]
                self._keep(name, self._one_of(note, words, "") if words else self._ask(note))
        if "smallest" not in rule.IDLE and "smallest" not in self.given:
            self._keep(
                "smallest", self._ask(message("the smallest effect that would matter (none: the rule's own)"))
            )
        bounds = [name for name in rule.BOUNDS if self.given.get(name) not in (None, "none", "无")]
        if bounds and "why" not in self.given:
            self._keep("why", self._ask(notes.OF_RULE["why"]))

    def _sentences(self) -> None:
        questions = {
            "says": message("the claim in your own words, one sentence"),
            "title": message("title of the document"),
            "authors": message("authors of the document, by semicolons"),
            "section": message("section in which it stands"),
            "phrase": message("a phrase of at most 40 characters to find it by"),
        }
        for name, question in questions.items():
            if name not in self.given:
                self._keep(name, self._ask(question))

    def _one_of(self, question: Message, words: list[str], otherwise: str) -> str:
        """Ask until the answer is one of the words, or empty where there is no default."""
        whole = message("{question} ({words})", question=question, words=listed(words))
        while True:
            answer = self._ask(whole, otherwise)
            if answer in words or not answer:
                return answer
            self._say(message("one of {words}", words=words))

    def _keep(self, name: str, answer: str) -> None:
        if answer:
            self.given[name] = answer

    def _ask(self, question: Message, otherwise: str = "") -> str:
        return self._ask_for(in_language(question, self.language), otherwise).strip()

    def _say(self, said: Message) -> None:
        self._say_it(in_language(said, self.language))


def _texts(design: type[ClaimDesign], name: str, answer: str) -> list[str]:
    """Return the formulas of an answer: several where the field holds a list."""
    from panelkit.claims.new.answers import parts_in, shape_of

    shape = shape_of(design.model_fields[name].annotation)
    return list(parts_in(answer)) if shape in (tuple, dict) else [answer]
