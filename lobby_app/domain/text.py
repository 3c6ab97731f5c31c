"""Bilingual text as a value: what the bank writes once and each customer reads in one language."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The two languages of the product; values are locale names."""

    ZH = "zh_CN"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Chinese and English."""

    zh: str
    en: str

    def __call__(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.zh if language is Language.ZH else self.en
