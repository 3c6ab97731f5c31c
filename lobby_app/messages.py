"""Every sentence people see, by key and language, read from resources/i18n."""

import tomllib
from functools import cache

from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.text import Language, Text
from lobby_app.resources import resource


@cache
def _area(language: Language, area: str) -> dict[str, str]:
    """Return key → sentence of one area, empty if there is none of that name.

    One TOML file an area, read when it is first asked for: a window needs two of them to be
    painted, and reading all takes longer than painting it.
    """
    files = {path.stem: path for path in resource("i18n", language.value).glob("*.toml")}
    return tomllib.loads(files[area].read_text(encoding="utf-8")) if area in files else {}


class Messages:
    """Sentences of one language at a time; `language` may be switched live."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def switch(self) -> None:
        """Speak the other language from now on."""
        self.language = Language.EN if self.language is Language.ZH else Language.ZH

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a sentence for `key`."""
        area, _, name = key.partition(".")
        return name in _area(self.language, area)

    def __call__(self, key: str, /, **params: object) -> str:
        """Return the sentence for `key` with its placeholders filled.

        Raises:
            BugError: the key does not exist or a placeholder has no value.
        """
        area, _, name = key.partition(".")
        try:
            return _area(self.language, area)[name].format(**params)
        except KeyError as missing:
            raise BugError(f"no message or placeholder {missing} for {key}") from missing

    def error(self, error: KnownError) -> str:
        """Return the sentence of a KnownError."""
        return self(error.key, **error.params)


def bilingual(key: str, /, **params: object) -> Text:
    """Return a sentence in both languages at once, for what is printed or posted."""
    return Text(Messages(Language.ZH)(key, **params), Messages(Language.EN)(key, **params))
