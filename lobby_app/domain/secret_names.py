"""Names under which key stores keep what desk, centre and administrator share; never a secret."""

TOKEN_KEY_NUMBER = 1
"""Stands in every keyed token, so that a later key can be told from this one."""
TOKEN_KEY = f"token-key-{TOKEN_KEY_NUMBER}"
"""Key of the keyed tokens: the bank's, or a desk's own before it is enrolled."""
DESK_PASSWORD = "central-password"  # noqa: S105  # a name
"""Password of the database role that all desks share."""
DESK_TOKEN = "desk-token"  # noqa: S105  # a name
"""What one desk proves itself with at the centre."""
