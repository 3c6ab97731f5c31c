"""The demo's own tables in resources/demo: part of the program, so a wrong one is our bug."""

import tomllib
from functools import cache
from typing import Any

from lobby_app.resources import resource

SEED = 20261124
"""Every demo branch of every computer is the same one."""


@cache
def demo_table(name: str) -> dict[str, Any]:
    """Return the document `resources/demo/<name>.toml`; callers only read it."""
    return tomllib.loads(resource("demo", f"{name}.toml").read_text(encoding="utf-8"))
