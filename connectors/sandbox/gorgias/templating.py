"""Templates as HTTP integrations and widgets have them: Jinja-like, on a Python backend.

Every value arrives as a string, as Python writes it: ``True``, ``123``, and a whole object as its
repr. https://docs.gorgias.com/macros/macro-variables
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

_KEPT = 500
# What an expression somebody wrote may end in: ``{{ 1 / 0 }}``, ``{{ "a" + 1 }}``.
_UNRENDERED = (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError)


class Templates:
    """Renders templates. `null_text` is what becomes of an empty value."""

    def __init__(self, null_text: str) -> None:
        self._environment = SandboxedEnvironment(
            undefined=ChainableUndefined,
            finalize=lambda value: null_text if value is None else value,
            # What is rendered is JSON, a form or an address.
            autoescape=False,
        )
        self._environment.filters["datetime_format"] = _datetime_format
        # Reading a template takes longer than rendering it, and each is rendered again and again.
        self._read = lru_cache(_KEPT)(self._environment.from_string)

    def text(self, template: str, context: Mapping[str, Any]) -> str:
        """One template. What cannot be rendered is left as it is: unconfirmed."""
        try:
            return self._read(template).render(context)
        except _UNRENDERED:
            return template

    def form(self, template: Any, context: Mapping[str, Any]) -> Any:
        """Templates within lists and objects; the leaves become strings."""
        if isinstance(template, Mapping):
            return {name: self.form(value, context) for name, value in template.items()}
        if isinstance(template, list):
            return [self.form(value, context) for value in template]
        return self.text(str(template), context)


def _datetime_format(value: object, pattern: str = "MMMM d YYYY") -> str:
    """The day of an ISO time. Of the pattern nothing is read: its language is unconfirmed."""
    del pattern
    try:
        return f"{datetime.fromisoformat(str(value)):%B %d, %Y}"
    except ValueError:
        return ""
