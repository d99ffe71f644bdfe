"""Help and refusals of the command line in one language: that of `--lang`, wherever it stands in the call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.columns import Columns

from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, listed, message, verbatim
from panelkit.language.shown import environment_language
from panelkit.language.spelt import at_work

EXAMPLE = "Example 示例: "
KEY = "panelkit.language"
"""Where a call's language stands in the `meta` that the contexts of all its commands share."""

USAGE_ERROR: Any = typer.BadParameter.__base__
"""The root of what is wrong with a call, of whichever click typer stands on."""

_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^' ]*'")
_CHINESE = re.compile("[\u3400-\u9fff]")
_END = re.compile(r"[.?] |\n")
_JOINT = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef])\n")


def spoken_language(arguments: list[str]) -> Language:
    """Return the language that a command line asks for by `--lang`, also where it is wrong in other things.

    Without `--lang` it is that of PANELKIT_LANG, else English.

    Raises
    ------
    SpecError
        If PANELKIT_LANG is asked and names another language.
    """
    found: Language | None = None
    for at, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if word == "--":
            break
        if name == "--lang":
            chosen = value if equals else (arguments[at + 1] if at + 1 < len(arguments) else "")
            found = "zh" if chosen == "zh" else "en"
    return found or environment_language()


def in_language(text: str, language: Language) -> str:
    """Return what a help text says in a language: "English. 中文。" in every paragraph, or a paragraph of either."""
    halves = [_halves(paragraph) for paragraph in text.split("\n\n")]
    said = [half[language == "zh"] for half in halves]
    return "\n\n".join(_JOINT.sub("", half) for half in said if half)


def _halves(paragraph: str) -> tuple[str, str]:
    """Return the English and the Chinese half of a paragraph: Chinese begins with the sentence of its first sign."""
    bare = _QUOTED.sub(lambda found: "x" * len(found.group()), paragraph)
    first = _CHINESE.search(bare)
    if first is None:
        return paragraph, ""
    ends = [found.end() for found in _END.finditer(bare, 0, first.start())]
    start = ends[-1] if ends else 0
    return paragraph[:start].rstrip(), paragraph[start:]


class Spoken:
    """A command whose help, and whose refusal of a call, speak the language of the call."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return what is left of the arguments; the language of the whole call is that of the command."""
        if ctx.parent is None:
            ctx.meta[KEY] = spoken_language(args)
        ctx.default_map = {**(ctx.default_map or {}), "lang": language_of(ctx)}
        at_work(name for one in ctx.command.params for name in (*one.opts, *one.secondary_opts))
        with refusing(ctx):
            rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        return rest

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option `--help`."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = message("Show this and leave.").text(language_of(ctx))
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line that shows a call."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, prefix=message("Usage: ").text(language_of(ctx)))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        speak(self, language_of(ctx))
        with _titles(language_of(ctx)):
            super().format_help(ctx, formatter)  # type: ignore[misc]


def language_of(ctx: Any) -> Language:
    """Return the language of a call."""
    found: Language = ctx.meta.get(KEY, "en")
    return found


def speak(command: Any, language: Language) -> None:
    """Leave of a command's help what is in a language."""
    command.help = command.help and in_language(command.help, language)
    if command.epilog:
        command.epilog = command.epilog.replace(EXAMPLE, message("Example: ").text(language))
    shell = {
        "install_completion": message("Let this shell complete commands, claims and indicators."),
        "show_completion": message("Print what lets this shell complete."),
    }
    for one in command.params:
        if one.name in shell:
            one.help = shell[one.name].text(language)
            continue
        if getattr(one, "help", None):
            one.help = in_language(one.help, language)


class _Folding(Columns):
    """Texts that are folded where they have no blanks, as Chinese has none, and would be cut."""

    def __init__(self, parts: Any = None, *how: Any, **options: Any) -> None:
        held = list(parts or ())
        for part in held:
            part.overflow = "fold"
        super().__init__(held, *how, **options)


@contextmanager
def _titles(language: Language) -> Iterator[None]:
    """Let the heads of a help be in a language."""
    from typer import rich_utils

    said = {
        "ARGUMENTS_PANEL_TITLE": message("Arguments"),
        "OPTIONS_PANEL_TITLE": message("Options"),
        "COMMANDS_PANEL_TITLE": message("Commands"),
        "DEFAULT_STRING": message("[default: {value}]", value="{}"),
        "REQUIRED_LONG_STRING": message("[required]"),
    }
    put: dict[str, Any] = {name: title.text(language) for name, title in said.items()} | {"Columns": _Folding}
    held = {name: getattr(rich_utils, name) for name in put}
    try:
        for name, value in put.items():
            setattr(rich_utils, name, value)
        yield
    finally:
        for name, before in held.items():
            setattr(rich_utils, name, before)


@contextmanager
def refusing(ctx: Any) -> Iterator[None]:
    """Refuse a wrong call in Chinese where the call is; in English the parser says it itself."""
    try:
        yield
    except USAGE_ERROR as error:
        if language_of(ctx) != "zh" or type(error).__name__ == "NoArgsIsHelpError":
            raise
        refuse(_said(error, ctx.command_path))


def refuse(said: Message) -> NoReturn:
    """Raise what is wrong with a call."""
    raise SpecError(said) from None


def _said(error: Any, command: str) -> Message:
    """Return what is wrong with a call."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = [str(name) for name in error.possibilities or ()]
        if near:
            return message(
                "there is no option {option}: is {names} meant?", option=error.option_name, names=near
            )
        return message(
            "there is no option {option}: `{command} --help` lists those there are",
            option=error.option_name,
            command=command,
        )
    if kind == "BadOptionUsage":
        return message("{option} wants a value behind it, or takes none", option=error.option_name)
    parameter = getattr(error, "param", None)
    if kind == "MissingParameter" and parameter is not None:
        return message(
            "{name} is missing: `{command} --help` says what it is", name=_name(parameter), command=command
        )
    if kind == "BadParameter" and parameter is not None:
        return _wrong_value(parameter, error)
    if hasattr(error.ctx and error.ctx.command, "list_commands"):
        return message("a command is missing: `{command} --help` lists those there are", command=command)
    return message(
        "there is more in the call than the command takes: `{command} --help` shows how it is written",
        command=command,
    )


def _wrong_value(parameter: Any, error: Any) -> Message:
    """Return what a parameter takes, where the value given is nothing of the kind."""
    name = _name(parameter)
    choices, kind, least, most = _taken(parameter)
    if choices:
        names = [str(getattr(choice, "value", choice)) for choice in choices]
        return message("{name} takes one of {choices}", name=name, choices=listed(names))
    if least is not None and most is not None:
        return message("{name} takes a number from {least:g} to {most:g}", name=name, least=least, most=most)
    if least is not None:
        return message("{name} takes a number of {least:g} or more", name=name, least=least)
    if kind.startswith("int"):
        return message("{name} takes a whole number", name=name)
    if kind.startswith("float"):
        return message("{name} takes a number", name=name)
    return message("{name} does not take this value: {problem}", name=name, problem=verbatim(error.message))


def _taken(parameter: Any) -> tuple[Any, str, float | None, float | None]:
    """Return choices, type, least and largest value of a parameter, as this or an older typer holds them."""
    about = getattr(parameter, "type_descriptor", None)
    if about is None:
        kind = parameter.type
        return (
            getattr(kind, "choices", None),
            kind.name,
            getattr(kind, "min", None),
            getattr(kind, "max", None),
        )
    choices = about.choices if about.is_choice else None
    return choices, str(getattr(about.annotation, "__name__", "")), parameter.min, parameter.max


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())
