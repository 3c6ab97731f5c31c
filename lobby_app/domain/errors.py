"""The two kinds of error: what the world did (KnownError) and what we did wrong (BugError)."""


class LobbyError(Exception):
    """Base of every error this program raises on purpose."""


class KnownError(LobbyError):
    """The environment or the user: shown as one sentence that says what to do next.

    Attributes:
        key: message key, `area.name`, present in every language of resources/i18n.
        params: values for the placeholders of the message; never personal data.
    """

    def __init__(self, key: str, /, **params: object) -> None:
        super().__init__(f"{key} {params}" if params else key)
        self.key = key
        self.params = params


class BugError(LobbyError):
    """Ours: a broken promise inside the program. Logged whole, shown as an error number."""
