"""Words and numbers in the reader's language: one TOML file a language, the same keys in each.

A number is never translated word by word: one billion is 10億 and one trillion is 1兆, so the number itself is written
anew for the language.
"""

from denshi.report.locale.numbers import is_share, number, percent
from denshi.report.locale.words import LANGUAGES, Texts, texts

__all__ = ["LANGUAGES", "Texts", "is_share", "number", "percent", "texts"]
