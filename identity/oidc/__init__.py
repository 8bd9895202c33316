"""The portal as an ordinary client of an OpenID Connect provider, which the OIDC_… settings name (docs/login.md).

`begin` sends the browser away, `begun` and `finish` receive it back: the code flow. Which provider answers makes no
difference to this code.
"""

from identity.oidc.errors import LoginFailed, NoAnswer
from identity.oidc.flow import ANSWERED_BY_PROVIDER, Began, begin, begun, finish
from identity.oidc.tokens import Identified

__all__ = ["ANSWERED_BY_PROVIDER", "Began", "Identified", "LoginFailed", "NoAnswer", "begin", "begun", "finish"]
