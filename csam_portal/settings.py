"""Settings, all of them from the environment; docs/settings.md lists every variable.

Development needs none, and serves this machine alone. What production must set, and what does not start, stands in
`csam_portal.starting`. Secrets, switches and addresses with a password are read by `csam_portal.environment`.
"""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from csam_portal.environment import Reader, database, mail_server, secret, switch

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Reader()
# Tests say themselves what they need, whatever the portal beside them is set to.
if os.environ.get("ENVIRONMENT") != "test" and (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

# --- What this installation is ---------------------------------------------------------------------------------------

ENVIRONMENT = env.text("ENVIRONMENT", default="development")  # development | test | production
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = switch("DEBUG", default=False)
SITE_URL = env.text("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.texts("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
VERSION = "0.1.0"

UNSAFE_SECRET_KEY = "development-only-not-a-secret"  # noqa: S105 - named so that production can refuse it
SECRET_KEY = secret("SECRET_KEY", UNSAFE_SECRET_KEY)
# Signs the links of the record; kept apart from the database, so that who can write there still cannot forge it.
RECORD_KEY = secret("RECORD_KEY", UNSAFE_SECRET_KEY)

# --- Apps ------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "csam_portal.apps.CsamPortalConfig",
    "htb",
    "senders",
    "access_admins",
    "users",
    "enterprises",
    "identity",
    "audit",
    "outbox",
    "ui",
    "csam_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "phonenumber_field",
    "csp",
]

# The mock eID/itsme provider: development and demonstration only, `csam_portal.starting` refuses it in production.
MOCK_IDP = switch("MOCK_IDP", default=not IS_PRODUCTION)
if MOCK_IDP:
    INSTALLED_APPS.insert(1, "mock_idp")

MIDDLEWARE = [
    "csam_portal.nearby.NearbyMiddleware",
    "csam_portal.forwarded.ForwardedMiddleware",
    "csam_portal.request_log.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csam_portal.transport.TransportMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csam_portal.bodies.BodyMiddleware",
    "csam_portal.bad_input.BadInputMiddleware",
    "csam_portal.spelling.SpellingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "csam_portal.language.LanguageCookieMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "identity.middleware.PersonMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "identity.middleware.ActorMiddleware",
    "csam_portal.middleware.PageMiddleware",
]

ROOT_URLCONF = "csam_portal.urls"
# The portal stands at the root of its host; no web server or header says otherwise (T26).
FORCE_SCRIPT_NAME = ""
WSGI_APPLICATION = "csam_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csam_portal.context.page",
            ],
        },
    }
]
FORM_RENDERER = "ui.forms.Renderer"

# --- Data ------------------------------------------------------------------------------------------------------------

_connection_seconds = env.whole("DATABASE_CONNECTION_SECONDS")
DATABASES = {"default": database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # recursive_triggers: otherwise INSERT OR REPLACE would slip past the record's triggers.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
else:
    _database["CONN_MAX_AGE"] = _connection_seconds
    _database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# SQLite leaves out the further columns that an index of PostgreSQL holds; its lists are small.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

# --- Who is asking ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["identity.backends.PersonBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("user_name", "first_names", "last_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
OTP_TOTP_ISSUER = "CSAM"
# Tries are limited by identity.limits alone, for every means alike; django-otp's own doubling wait would be a second rule.
OTP_TOTP_THROTTLE_FACTOR = 0
OTP_STATIC_THROTTLE_FACTOR = 0

# Where the site is https, a browser takes a cookie of these names from this very host alone, over TLS, for every path (T28).
COOKIE_PREFIX = "__Host-" if SITE_URL.startswith("https://") else ""
SESSION_ENGINE = "identity.sessions"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_IDLE_SECONDS = env.whole("SESSION_IDLE_SECONDS")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would lose the session on the way back from the identity provider
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = bool(COOKIE_PREFIX)
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "csam_portal.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# The level that a page needs (BEHAVIOUR L4); a page names one of these, never a number.
LEVELS = {
    "appoint": env.whole("LEVEL_APPOINT"),
    "manage": env.whole("LEVEL_MANAGE"),
    "self": env.whole("LEVEL_SELF"),
}

# Rows of a bulk act that one transaction holds (BEHAVIOUR U4); more are done by the worker, so many at a time.
BULK_AT_ONCE = env.whole("BULK_AT_ONCE")

# The mock eID/itsme provider (MOCK_IDP): the PIN of every card, and where it may send a browser back to.
MOCK_IDP_ISSUER = f"{SITE_URL}/mock-idp"
MOCK_IDP_PIN = secret("MOCK_IDP_PIN", "1234")
MOCK_IDP_REDIRECT_URIS = env.texts("MOCK_IDP_REDIRECT_URIS", default=[f"{SITE_URL}/oidc/callback"])

# The federal authentication service or, in development, the mock that speaks the same OpenID Connect (docs/login.md).
OIDC_ISSUER = env.text("OIDC_ISSUER", default=MOCK_IDP_ISSUER)
OIDC_DISCOVERY_URL = env.text("OIDC_DISCOVERY_URL", default=f"{OIDC_ISSUER}/.well-known/openid-configuration")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID", default="csam-portal")
OIDC_CLIENT_SECRET = secret("OIDC_CLIENT_SECRET", UNSAFE_SECRET_KEY)
OIDC_SCOPES = env.text("OIDC_SCOPES", default="openid profile egovnrn certificateInfo citizen enterprise roles")
OIDC_LEVEL_PREFIX = env.text("OIDC_LEVEL_PREFIX", default="urn:be:fedict:iam:fas:Level")
OIDC_USERINFO_SIGNED = switch(
    "OIDC_USERINFO_SIGNED", default=True
)  # the federal service signs; others answer plain JSON
OIDC_TIMEOUT_SECONDS = env.decimal("OIDC_TIMEOUT_SECONDS")
# Where the provider's token, userinfo and keys may be besides the origins of the two addresses above (T22).
OIDC_ORIGINS = env.texts("OIDC_ORIGINS", default=[])
# The origins that the login form may lead to; the real service's pages live elsewhere than its issuer's name says.
OIDC_FORM_ORIGINS = env.texts("OIDC_FORM_ORIGINS", default=["/".join(OIDC_DISCOVERY_URL.split("/")[:3])])

# --- Limits on tries (BEHAVIOUR section 11): tries, seconds -----------------------------------------------------------

LIMITS = {
    "password.person": (env.whole("LIMIT_PASSWORD_PERSON"), 15 * 60),
    "password.address": (env.whole("LIMIT_PASSWORD_ADDRESS"), 3600),
    "code.person": (env.whole("LIMIT_CODE_PERSON"), 15 * 60),
    "mock_pin.person": (env.whole("LIMIT_MOCK_PIN"), 15 * 60),
    "look_up.actor": (env.whole("LIMIT_LOOK_UP_ACTOR"), 3600),
    "look_up.enterprise": (env.whole("LIMIT_LOOK_UP_ENTERPRISE"), 24 * 3600),
    "exception.address": (env.whole("LIMIT_EXCEPTION_ADDRESS"), 3600),
    "exception.insz": (env.whole("LIMIT_EXCEPTION_INSZ"), 24 * 3600),
    "exception.enterprise": (env.whole("LIMIT_EXCEPTION_ENTERPRISE"), 24 * 3600),
    "exception.request": (env.whole("LIMIT_EXCEPTION_REQUEST"), 24 * 3600),
    "assertion.address": (env.whole("LIMIT_ASSERTION_ADDRESS"), 3600),
    # Counted by the daemon's view: a change counts after the next `migrate`.
    "gateway_password.user": (env.whole("LIMIT_GATEWAY_PASSWORD"), 15 * 60),
    "upload.actor": (env.whole("LIMIT_UPLOAD_ACTOR"), 3600),
    # Counted in the activations themselves, the one that came with the role included.
    # Every supervisor gets a mail of each.
    "proposal.actor": (env.whole("LIMIT_PROPOSAL_ACTOR"), 3600),
    "activation.person": (env.whole("LIMIT_ACTIVATION_PERSON"), 24 * 3600),
}
# How many proxies in front write X-Forwarded-For and X-Forwarded-Proto (identity.forwarded); 0 = none, neither header counts.
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES")
# Where they come from: this machine and private networks, unless it is said more exactly.
PROXY_ADDRESSES = env.texts(
    "PROXY_ADDRESSES",
    default=[
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1",
        "fc00::/7",
        "fe80::/10",
    ],
)

# --- The ways out (docs/outgoing.md) ---------------------------------------------------------------------------------------

# A proxy through which the provider and a remote register are asked, and the authorities that may vouch for them (PEM).
OUTGOING_PROXY = env.text("OUTGOING_PROXY", default="")
OUTGOING_CA_FILE = env.text("OUTGOING_CA_FILE", default="")

# --- The register ----------------------------------------------------------------------------------------------------

REGISTER_GATEWAY = env.text("REGISTER_GATEWAY", default="enterprises.gateway.embedded.EmbeddedRegister")
REGISTER_URL = env.text("REGISTER_URL", default="")
REGISTER_TOKEN = secret("REGISTER_TOKEN")
# A remote register has so long for a question, all tries together; after so many failures in a row it is left alone a while.
REGISTER_TIMEOUT_SECONDS = env.decimal("REGISTER_TIMEOUT_SECONDS")
REGISTER_BREAKER_FAILURES = env.whole("REGISTER_BREAKER_FAILURES")
REGISTER_BREAKER_SECONDS = env.decimal("REGISTER_BREAKER_SECONDS")
# Published government test persons carry month + 60 in their number; refused unless a test installation says otherwise.
ACCEPT_TEST_INSZ = switch("ACCEPT_TEST_INSZ", default=False)

# --- Mail ------------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = env.text("MAILBOX_DIR", default=str(VAR_DIR / "mailbox"))
vars().update(mail_server("EMAIL_URL"))
EMAIL_TIMEOUT = 10  # seconds an exchange; a whole mail must stay under the lease of outbox.sending
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", default="CSAM <no-reply@csam.example>")

# --- The seal on documents (docs/document.md) ----------------------------------------------------------------------------

DEMO_SEAL_DIR = VAR_DIR / "seal"  # `load_demo` makes a pair there; production refuses it
SEAL_KEY_FILE = env.text("SEAL_KEY_FILE", default=str(DEMO_SEAL_DIR / "key.pem"))
SEAL_KEY_PASSPHRASE = secret("SEAL_KEY_PASSPHRASE")
SEAL_CERTIFICATE_FILE = env.text("SEAL_CERTIFICATE_FILE", default=str(DEMO_SEAL_DIR / "certificate.pem"))
SEAL_FORMER_CERTIFICATE_FILES = env.texts("SEAL_FORMER_CERTIFICATE_FILES", default=[])

# --- The gateway that senders deliver to (docs/gateway.md) ---------------------------------------------------------------

# The folders of senders, and what the daemon needs beside them: its configuration, keys and logs.
GATEWAY_DIR = env.text("GATEWAY_DIR", default=str(VAR_DIR / "gateway"))
GATEWAY_HOST = env.text("GATEWAY_HOST", default="127.0.0.1")
GATEWAY_SFTP_PORT = env.whole("GATEWAY_SFTP_PORT")
GATEWAY_FTPS_PORT = env.whole("GATEWAY_FTPS_PORT")
GATEWAY_PASSIVE_PORTS = env.text("GATEWAY_PASSIVE_PORTS", default="29000-29099")
# How it is named to senders; the address that passive FTP gives, where another machine stands in front.
GATEWAY_NAME = env.text("GATEWAY_NAME", default=GATEWAY_HOST)
# The user that the daemon's sessions run as, where the daemon is started by root; otherwise it is whoever starts it.
GATEWAY_USER = env.text("GATEWAY_USER", default="proftpd")
# Its certificate for FTPS; without one, a self-made one stands in GATEWAY_DIR/keys.
GATEWAY_TLS_KEY_FILE = env.text("GATEWAY_TLS_KEY_FILE", default="")
GATEWAY_TLS_CERTIFICATE_FILE = env.text("GATEWAY_TLS_CERTIFICATE_FILE", default="")
GATEWAY_MAX_SESSIONS = env.whole("GATEWAY_MAX_SESSIONS")
GATEWAY_MAX_SESSIONS_PER_SENDER = env.whole("GATEWAY_MAX_SESSIONS_PER_SENDER")
# Of one address, also those that have not logged in; on each of the two ports.
GATEWAY_MAX_SESSIONS_PER_HOST = env.whole("GATEWAY_MAX_SESSIONS_PER_HOST")
GATEWAY_DATABASE_ROLE = env.text("GATEWAY_DATABASE_ROLE", default="csam_gateway")
GATEWAY_DATABASE_PASSWORD = secret("GATEWAY_DATABASE_PASSWORD")
GATEWAY_KEEP_DAYS = env.whole("GATEWAY_KEEP_DAYS")
# The largest file of a submission; everything of a submission passes through memory once.
MESSAGE_MAX_BYTES = env.whole("MESSAGE_MAX_BYTES")

# --- Senders of structured messages (docs/senders.md) ------------------------------------------------------------------------

DEMO_SENDER_DIR = VAR_DIR / "sender"  # `load_demo` makes the brasserie's keys there
# Revocation lists of the issuers of senders' certificates, PEM or DER; read again when a file changes.
SENDER_REVOCATION_FILES = env.texts("SENDER_REVOCATION_FILES", default=[])

# --- Signatures on returned documents (docs/document.md) ------------------------------------------------------------------

DEMO_SIGNERS_DIR = VAR_DIR / "signers"  # `load_demo` makes an authority there; production refuses it
SIGNER_TRUST_FILES = env.texts("SIGNER_TRUST_FILES", default=[str(DEMO_SIGNERS_DIR / "authority.pem")])
SIGNER_CRL_FILES = env.texts("SIGNER_CRL_FILES", default=[str(DEMO_SIGNERS_DIR / "revoked.pem")])
SIGNER_REVOCATION = env.choice("SIGNER_REVOCATION", ("require", "soft-fail"), default="require")

# --- Addresses of other services, shown as links ------------------------------------------------------------------------

SERVICES = {
    "kbo_public_search": env.text("URL_KBO_PUBLIC_SEARCH", default="https://kbopub.economie.fgov.be/kbopub/"),
    "social_security_contact": env.text("URL_SOCIAL_SECURITY_CONTACT", default="https://www.socialsecurity.be/contact"),
    "social_security_mandate": env.text(
        "URL_SOCIAL_SECURITY_MANDATE",
        default="https://www.socialsecurity.be/site_nl/employer/infos/employer_onss/registration_gen/register/register.htm",
    ),
    "finance_mandate": env.text("URL_FINANCE_MANDATE", default="https://www.csam.be/nl/beheer-mandaten.html"),
    "egov_roles": env.text("URL_EGOV_ROLES", default="https://www.csam.be/"),
    "flemish_users": env.text("URL_FLEMISH_USERS", default="https://www.vlaanderen.be/gebruikersbeheer"),
    "flemish_users_information": env.text(
        "URL_FLEMISH_USERS_INFORMATION", default="https://www.vlaanderen.be/gebruikersbeheer/informatie"
    ),
    "data_protection_authority": env.text(
        "URL_DATA_PROTECTION_AUTHORITY", default="https://www.gegevensbeschermingsautoriteit.be/"
    ),
    "federal_ombudsman": env.text("URL_FEDERAL_OMBUDSMAN", default="https://www.federaalombudsman.be/"),
}
# Where somebody tells of a weakness in the security: an e-mail address, or a page's (BEHAVIOUR T29).
SECURITY_CONTACT = env.text("SECURITY_CONTACT", default="security@csam.example")
CONTACT_CENTRE_PHONE = env.text("CONTACT_CENTRE_PHONE", default="02 511 51 51")

# --- Languages, dates ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("fr", _("French")), ("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
FORMAT_MODULE_PATH = ["csam_portal.date_formats"]
USE_TZ = True
TIME_ZONE = "Europe/Brussels"
PHONENUMBER_DEFAULT_REGION = "BE"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# --- Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT", default=str(VAR_DIR / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.text("STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}

# --- Headers ---------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "font-src": [SELF],
        # data: for the tab's icon, which stands in the page (a picture loads and sends nothing).
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        # The login form's redirect leads to the provider; a browser holds the form to this list all the way.
        "form-action": [SELF, *(origin for origin in OIDC_FORM_ORIGINS if origin != SITE_URL)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking",
    )
}  # fmt: skip
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = switch("SECURE_SSL_REDIRECT", default=IS_PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.whole("HSTS_SECONDS", default=365 * 86400 if IS_PRODUCTION else 0)
# Off unless they are asked for: they bind every other host below this name, for a year.
SECURE_HSTS_INCLUDE_SUBDOMAINS = switch("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = switch("HSTS_PRELOAD", default=False)
# How much a request brings along, each page declares (ui.pages.Body); these are for all of them (BEHAVIOUR T16).
FILE_UPLOAD_HANDLERS = [
    "ui.uploads.DeclaredUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Logs ------------------------------------------------------------------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", ("json", "console"), default="json" if IS_PRODUCTION else "console")
LOGGING_CONFIG = "csam_portal.logs.configure"
LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}
