"""Pages from templates: one way to open them and to say their headings in a language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from panelkit.language.message import Language, Message
from panelkit.show.words import word

TEMPLATES = Path(__file__).parent / "templates"


def filled(template: str, heads: Mapping[str, Message], language: Language, **values: Any) -> str:
    """Return a page: `t(key)` in the template is the heading of that key; what is not given is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = lambda key: heads[key].text(language)
    environment.globals["short"] = language
    environment.globals["language"] = "zh-CN" if language == "zh" else "en"
    return environment.get_template(template).render(**values)


def with_colon(text: str, language: Language) -> str:
    """Return a text with the colon of its language."""
    return text + word("colon", language).strip()
