"""Texts that programs read: a language's tag, a time zone, the name of a field."""

from typing import Annotated, TypeAlias

Code: TypeAlias = Annotated[str, "code"]
"""A text that nobody wrote about anybody: what erases a person leaves it as it is, whatever they are called."""
