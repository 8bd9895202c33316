"""Every setting that is a number, and the bounds within which it means what it is for (BEHAVIOUR T20).

docs/refusals.md is drawn from here. A limit of none lets nobody through or everybody; one of a thousand millions is none.
"""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024
DAY = 24 * 3600


@dataclass(frozen=True)
class Number:
    """What a number is where nobody sets it, and from where to where it may be set. A whole one unless `usual` is none."""

    usual: int | float
    least: int | float
    most: int | float

    @property
    def words(self) -> str:
        """What is said of a setting outside of the bounds."""
        kind = "whole number" if isinstance(self.usual, int) else "number"
        return f"is no {kind} from {self.least} to {self.most}"


NUMBERS = {
    # The database
    "DATABASE_CONNECTION_SECONDS": Number(600, 0, DAY),
    "BULK_AT_ONCE": Number(2000, 1, 10_000),
    # Login
    "SESSION_IDLE_SECONDS": Number(30 * 60, 60, 8 * 3600),
    "OIDC_TIMEOUT_SECONDS": Number(5.0, 0.5, 20.0),
    # What BEHAVIOUR L4 lets a setting admit at the least.
    "LEVEL_APPOINT": Number(500, 450, 500),
    "LEVEL_MANAGE": Number(300, 300, 500),
    "LEVEL_SELF": Number(200, 200, 500),
    # Tries
    "LIMIT_PASSWORD_PERSON": Number(5, 1, 20),
    "LIMIT_PASSWORD_ADDRESS": Number(50, 1, 1000),
    "LIMIT_CODE_PERSON": Number(5, 1, 20),
    "LIMIT_MOCK_PIN": Number(3, 1, 20),
    "LIMIT_LOOK_UP_ACTOR": Number(10, 1, 100),
    "LIMIT_LOOK_UP_ENTERPRISE": Number(30, 1, 300),
    "LIMIT_EXCEPTION_ADDRESS": Number(5, 1, 100),
    "LIMIT_EXCEPTION_INSZ": Number(5, 1, 20),
    "LIMIT_EXCEPTION_ENTERPRISE": Number(10, 1, 100),
    "LIMIT_EXCEPTION_REQUEST": Number(5, 1, 20),
    "LIMIT_ASSERTION_ADDRESS": Number(50, 1, 1000),
    "LIMIT_GATEWAY_PASSWORD": Number(50, 1, 200),
    "LIMIT_UPLOAD_ACTOR": Number(30, 1, 300),
    "LIMIT_PROPOSAL_ACTOR": Number(60, 1, 600),
    "LIMIT_ACTIVATION_PERSON": Number(4, 1, 20),
    "TRUSTED_PROXIES": Number(0, 0, 5),
    # The register
    "REGISTER_TIMEOUT_SECONDS": Number(3.0, 0.5, 20.0),
    "REGISTER_BREAKER_FAILURES": Number(5, 1, 100),
    "REGISTER_BREAKER_SECONDS": Number(30.0, 1.0, 600.0),
    # The gateway
    "GATEWAY_SFTP_PORT": Number(2022, 1, 65_535),
    "GATEWAY_FTPS_PORT": Number(2021, 1, 65_535),
    "GATEWAY_MAX_SESSIONS": Number(100, 1, 10_000),
    "GATEWAY_MAX_SESSIONS_PER_SENDER": Number(20, 1, 10_000),
    "GATEWAY_MAX_SESSIONS_PER_HOST": Number(40, 1, 10_000),
    "GATEWAY_KEEP_DAYS": Number(30, 1, 366),
    "MESSAGE_MAX_BYTES": Number(20 * MEGABYTE, 64 * 1024, 100 * MEGABYTE),
    # The web server; production asks for more.
    "HSTS_SECONDS": Number(0, 0, 2 * 366 * DAY),
}
# The first is never more than the second: the part would have more than the whole, or the weaker ask more than the stronger.
ORDERED = (
    ("LEVEL_SELF", "LEVEL_MANAGE"),
    ("LEVEL_MANAGE", "LEVEL_APPOINT"),
    ("LIMIT_PASSWORD_PERSON", "LIMIT_PASSWORD_ADDRESS"),
    ("LIMIT_LOOK_UP_ACTOR", "LIMIT_LOOK_UP_ENTERPRISE"),
    ("REGISTER_TIMEOUT_SECONDS", "REGISTER_BREAKER_SECONDS"),
    ("GATEWAY_MAX_SESSIONS_PER_SENDER", "GATEWAY_MAX_SESSIONS"),
    ("GATEWAY_MAX_SESSIONS_PER_HOST", "GATEWAY_MAX_SESSIONS"),
)
