"""Django's settings of the console, made from the settings of the whole system (`.env.example`)."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from hsds.settings import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401 - read by their libraries

from assistant.server.system import environment
from assistant.settings import Settings, console_key

CONSOLE = Path(__file__).resolve().parents[1]
SYSTEM = Settings.from_environment(environment())

SECRET_KEY = console_key(SYSTEM)
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
    "contacts",
    "transcripts",
    "hsds",
]

MIDDLEWARE = [
    "config.middleware.secure_headers",  # first: it sees the cookies that all others set
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
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


def _database() -> dict[str, object]:
    """SQLite under VAR_DIR, or what DATABASE_URL names (the conversations are in the same database then)."""
    url = SYSTEM.database_url or f"sqlite:///{SYSTEM.var_dir / 'console.sqlite3'}"
    scheme = urlsplit(url).scheme.partition("+")[0]
    database: dict[str, object] = {**dj_database_url.parse(scheme + url[url.index(":") :])}
    if scheme == "sqlite":
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,  # seconds
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    return database


def _menu(title: object, icon: str, table: str, app: str = "contacts") -> dict[str, object]:
    """An entry of the menu, for those who may see the table."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{table}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{table}"),
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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

# Secure behind a proxy that speaks HTTPS and says so, usable on http://127.0.0.1 (see config.middleware).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: computers of an office are shared

UNFOLD = {
    "SITE_TITLE": _("Dalil – contacts"),
    "SITE_HEADER": "Dalil",
    "SITE_SUBHEADER": _("Contact directory"),
    "SITE_SYMBOL": "contact_phone",
    "SITE_URL": None,
    "STYLES": [lambda request: static("console/rtl.css"), lambda request: static("console/transcripts.css")],
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "contacts.dashboard.to_do",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Transcripts"),
                "items": [_menu(_("Conversations"), "forum", "conversation", "transcripts")],
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
