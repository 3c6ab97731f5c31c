"""Every sentence people see, by key and language, read from resources/i18n."""

import tomllib
from functools import cache

from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.text import Language, Text
from lobby_app.resources import resource


@cache
def _catalogue(language: Language) -> dict[str, str]:
    """Return `area.key` → sentence for one language; one TOML file an area."""
    sentences: dict[str, str] = {}
    for path in sorted(resource("i18n", language.value).glob("*.toml")):
        for key, sentence in tomllib.loads(path.read_text(encoding="utf-8")).items():
            sentences[f"{path.stem}.{key}"] = sentence
    return sentences


class Messages:
    """Sentences of one language at a time; `language` may be switched live."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def switch(self) -> None:
        """Speak the other language from now on."""
        self.language = Language.EN if self.language is Language.ZH else Language.ZH

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a sentence for `key`."""
        return key in _catalogue(self.language)

    def __call__(self, key: str, /, **params: object) -> str:
        """Return the sentence for `key` with its placeholders filled.

        Raises:
            BugError: the key does not exist or a placeholder has no value.
        """
        try:
            return _catalogue(self.language)[key].format(**params)
        except KeyError as missing:
            raise BugError(f"no message or placeholder {missing} for {key}") from missing

    def error(self, error: KnownError) -> str:
        """Return the sentence of a KnownError."""
        return self(error.key, **error.params)


def bilingual(key: str, /, **params: object) -> Text:
    """Return a sentence in both languages at once, for what is printed or posted."""
    return Text(Messages(Language.ZH)(key, **params), Messages(Language.EN)(key, **params))
