"""How a command is declared: one file each, found by its place, its options in groups, an example in its help.

`panelkit/cli/NAME.py` holds the typer `app` of the command NAME. A folder `panelkit/cli/NAME/` is a group: its
`__init__.py` says `app = group(__name__, help=...)`, and each of its files is a command of the group. A name that
starts with an underscore is no command; one inside a name is written as a hyphen.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar, TypeVar, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from panelkit.cli._options import Lang, LangOption
from panelkit.cli._spoken import EXAMPLE, Spoken, language_of, refuse, refusing, speak
from panelkit.cli._stata_options import StataAware
from panelkit.language.message import Language, Message, message

Function = TypeVar("Function", bound=Callable[..., Any])


Tasks = tuple[tuple[Message, tuple[str, ...]], ...]
"""Commands by what they are for."""


class _Modules(Spoken, TyperGroup):
    """The commands of a package, each imported only when it is called."""

    package: ClassVar[str]
    first: ClassVar[tuple[str, ...]]
    tasks: ClassVar[Tasks]
    helping: bool = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands: those that come first, then the others by the alphabet."""
        places = import_module(self.package).__path__
        names = (module.name for module in iter_modules(places) if not module.name.startswith("_"))
        found = {name.replace("_", "-") for name in names}
        return [name for name in self.first if name in found] + sorted(found.difference(self.first))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, or None where no file has its name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = typer.main.get_command(import_module(f"{self.package}.{cmd_name.replace('-', '_')}").app)
        command.name = cmd_name
        if self.helping or ctx.resilient_parsing:
            self._show(command, language_of(ctx))
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return a command with its name and what is left of the arguments."""
        if language_of(ctx) == "zh" and args and self.get_command(ctx, args[0]) is None:
            near = get_close_matches(args[0], self.list_commands(ctx))
            if near:
                refuse(message("there is no command {name}: is {names} meant?", name=args[0], names=near))
            refuse(
                message(
                    "there is no command {name}: `{command} --help` lists those there are",
                    name=args[0],
                    command=ctx.command_path,
                )
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is named."""
        with refusing(ctx):
            return super().invoke(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help: commands by what they are for, each in the language of the call."""
        self.helping = True
        super().format_help(ctx, formatter)

    def _show(self, command: Any, language: Language) -> None:
        """Put a command under its task."""
        speak(command, language)
        task = next((said for said, names in self.tasks if command.name in names), None)
        if task is not None:
            command.rich_help_panel = task.text(language)


def group(
    package: str,
    *,
    first: tuple[str, ...] = (),
    help: str | None = None,
    tasks: Tasks = (),
    completion: bool = False,
) -> typer.Typer:
    """Return the app of a package whose files are commands.

    `first` stand before the others in its help; `tasks` says what they are for, which is how a long help is divided.
    With `completion` a shell can be taught to complete them.
    """
    first = (*first, *(name for _, names in tasks for name in names))
    kind = type("Modules", (_Modules,), {"package": package, "first": first, "tasks": tasks})
    made = typer.Typer(
        cls=kind, add_completion=completion, no_args_is_help=True, pretty_exceptions_enable=False
    )
    if help is not None:
        made.callback(help=help)(_nothing)
    return made


def command(
    app: typer.Typer, *, example: str, cls: type[TyperCommand] = StataAware
) -> Callable[[Function], Function]:
    """Make a function the command of an app; `example` is a call of it, `panelkit` left out, that the tests run.

    A parameter annotated with a dataclass stands for one option a field: `sample: Sample` gives the command the
    options of `Sample`, and the function their values in one object.
    """

    def declared(function: Function) -> Function:
        taken: Any = with_groups(function)
        taken.example = example
        app.command(cls=cls, epilog=f"{EXAMPLE}panelkit {example}")(taken)
        return function

    return declared


def with_groups(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with one parameter for each field of the dataclasses among its parameters."""
    groups: dict[str, Any] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(function, eval_str=True).parameters.items():
        kind = parameter.annotation
        if isinstance(kind, type) and is_dataclass(kind):
            groups[name] = kind
            parameters += _parameters(kind)
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    def taken(**given: Any) -> Any:
        made = {
            name: kind(**{field.name: given.pop(field.name) for field in fields(kind)})
            for name, kind in groups.items()
        }
        return function(**given, **made)

    taken.__doc__, taken.__name__ = function.__doc__, function.__name__
    taken.__annotations__ = {one.name: one.annotation for one in parameters}
    taken.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return taken


def _parameters(kind: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=_default(field), annotation=hints[field.name]
        )
        for field in fields(kind)
    ]


def _default(field: Field[Any]) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default


def _nothing(lang: LangOption = Lang.en) -> None:
    """Do nothing before a command of the group."""
