"""Django's settings of the console, made from the settings of the whole system (`.env.example`)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from hsds.settings import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401 - read by their libraries

from assistant.server.production import refuse_unsafe
from assistant.server.system import environment
from assistant.settings import Settings, console_key, old_console_keys
from assistant.storage.database import POSTGRESQL

CONSOLE = Path(__file__).resolve().parents[1]
SYSTEM = Settings.from_environment(environment())
refuse_unsafe(SYSTEM)

SECRET_KEY = console_key(SYSTEM)
SECRET_KEY_FALLBACKS = old_console_keys(SYSTEM)
DEBUG = SYSTEM.console_debug
ALLOWED_HOSTS = SYSTEM.console_hosts.split(",")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "accounts",  # after django-otp, whose pages it takes away
    "contacts",
    "transcripts",
    "figures",
    "hsds",
]

MIDDLEWARE = [
    "config.middleware.request_id",
    "config.middleware.secure_headers",  # before all others: it sees the cookies that they set
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.gate.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",  # last, as django-axes asks
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CONSOLE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """SQLite under VAR_DIR, or what DATABASE_URL names (the conversations are in the same database then)."""
    url = SYSTEM.database_url or f"sqlite:///{SYSTEM.var_dir / 'console.sqlite3'}"
    scheme = urlsplit(url).scheme.partition("+")[0]
    database: dict[str, Any] = {**dj_database_url.parse(scheme + url[url.index(":") :])}
    if scheme == "sqlite":
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,  # seconds
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
        }
    elif scheme == "postgresql":
        database["OPTIONS"] = {**POSTGRESQL, **database.get("OPTIONS", {})}
    return database


def _menu(title: object, icon: str, table: str, app: str = "contacts") -> dict[str, object]:
    """An entry of the menu, for those who may see the table."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{table}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{table}"),
    }


# Django's own shows errors to nobody when DEBUG is off.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)-8s %(name)s  - %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": SYSTEM.log_level},
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        "django.request": {"level": "ERROR"},  # of what is refused or not there it would log the address, as it came
    },
}
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = [
    "accounts.passwords.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of older installations; replaced at the next sign-in
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("ar", _("Arabic"))]
LOCALE_PATHS = [CONSOLE / "locale"]
TIME_ZONE = "Africa/Casablanca"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [CONSOLE / "static"]
STATIC_ROOT = SYSTEM.var_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# Secure behind a proxy that speaks HTTPS and says so, usable on http://127.0.0.1 (see config.middleware); where people
# use it, `assistant.server.production` refuses to start without such a proxy.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True

# Half an hour without a request ends a session, the end of the browser and `accounts.sessions.LONGEST` as well.
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 30 * 60  # seconds
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"
OTP_TOTP_ISSUER = "Dalil"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "accounts.lockout.page"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.address"
# Failures are forgotten after both factors (`accounts.lockout.forget_failures`), and nothing else is kept of sign-ins.
AXES_RESET_ON_SUCCESS = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "csrfmiddlewaretoken", "next"]

UNFOLD = {
    "SITE_TITLE": _("Dalil – console"),
    "SITE_HEADER": "Dalil",
    "SITE_SUBHEADER": _("Contacts and transcripts"),
    "SITE_SYMBOL": "contact_phone",
    "SITE_URL": None,
    "STYLES": [
        lambda request: static("console/rtl.css"),
        lambda request: static("console/overview.css"),
        lambda request: static("console/transcripts.css"),
    ],
    "SHOW_LANGUAGES": True,
    "LOGIN": {"form": "accounts.forms.SignInForm"},
    "DASHBOARD_CALLBACK": "config.overview.to_do",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Transcripts"),
                "items": [
                    _menu(_("Conversations"), "forum", "conversation", "transcripts"),
                    {
                        "title": _("Teaching"),
                        "icon": "school",
                        "link": reverse_lazy("transcripts:teach"),
                        "permission": lambda request: request.user.has_perm("transcripts.teach"),
                    },
                    _menu(_("Figures"), "monitoring", "dailycount", "figures"),
                    {
                        "title": _("Receipts of erasures"),
                        "icon": "receipt_long",
                        "link": reverse_lazy("transcripts:receipt"),
                        "permission": lambda request: request.user.has_perm("transcripts.view_conversation"),
                    },
                    _menu(_("Tags"), "label", "tag", "transcripts"),
                    _menu(_("Audit log"), "policy", "auditentry", "transcripts"),
                ],
            },
            {
                "title": _("Directory"),
                "items": [
                    _menu(_("Places"), "location_on", "location"),
                    _menu(_("Organisations"), "groups", "organization"),
                    _menu(_("Services"), "volunteer_activism", "service"),
                    _menu(_("Contacts read from pages"), "fact_check", "pagecontact"),
                ],
            },
            {
                "title": _("Lists"),
                "items": [
                    _menu(_("Needs"), "category", "need"),
                    _menu(_("Cities"), "location_city", "city"),
                ],
            },
            {
                "title": _("Accounts"),
                "items": [
                    _menu(_("Users"), "person", "user", "auth"),
                    _menu(_("Roles"), "admin_panel_settings", "group", "auth"),
                ],
            },
        ],
    },
}
