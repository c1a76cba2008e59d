"""The texts of a language, by dotted key."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from denshi.errors import UsageError, nearest

LANGUAGES = ("en", "ja")
Texts = Mapping[str, str]


@cache
def texts(lang: str) -> Texts:
    """Return every text of a language by its dotted key.

    Raises
    ------
    UsageError : denshi does not speak this language.

    >>> texts("ja")["headline.capex"]
    '総投資額'
    """
    if lang not in LANGUAGES:
        raise UsageError(f'no texts in the language "{lang}"', mend=nearest(lang, LANGUAGES))
    source = files("denshi.report.locale").joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    return MappingProxyType(dict(_flat(tomllib.loads(source), "")))


def _flat(table: Mapping[str, Any], head: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        path = f"{head}.{key}" if head else key
        found += _flat(value, path) if isinstance(value, Mapping) else [(path, str(value))]
    return found
