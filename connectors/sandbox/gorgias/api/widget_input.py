"""What a widget's template may hold, as far as the sidebar reads it; other keys are kept.

https://developers.gorgias.com/reference/the-widget-object. Which keys Gorgias refuses is
unconfirmed.
"""

import re

from marshmallow import INCLUDE, Schema, fields, validate

_DIGITS = re.compile(r"[0-9]{1,4}")


class _Open(Schema):
    class Meta:
        unknown = INCLUDE


class _Custom(_Open):
    links = fields.List(fields.Dict(keys=fields.String()))
    buttons = fields.List(fields.Dict(keys=fields.String()))


class _Meta(_Open):
    custom = fields.Nested(_Custom, allow_none=True)
    # A string in the templates that were seen.
    limit = fields.String(validate=validate.Regexp(_DIGITS))
    link = fields.String(allow_none=True)


def _inner() -> "Template":
    return Template()


class Template(_Open):
    """A wrapper, a card, a list or a text, and what is in it."""

    type = fields.String(required=True, validate=validate.Length(min=1))
    path = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    meta = fields.Nested(_Meta, allow_none=True)
    widgets = fields.List(fields.Nested(_inner))
