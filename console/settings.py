"""Django's settings. Everything that differs between installations comes from the environment (docs: configuration)."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from audit.access.people import ROLES
from audit.database import django_settings
from audit.given import given
from audit.servers import var_dir
from console.sign_in_choices import sign_in_choices, trusted_proxies

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = var_dir()


def secret_key() -> str:
    """SECRET_KEY as given, else one that is made once and kept where only we can read it."""
    own = given("SECRET_KEY")
    file = VAR_DIR / "secret-key"
    if own or file.exists():
        return own or file.read_text(encoding="ascii")
    descriptor, fresh = tempfile.mkstemp(prefix="secret-key.", dir=VAR_DIR)  # mode 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(secrets.token_urlsafe(50))
    with suppress(FileExistsError):
        os.link(fresh, file)  # the first of several processes wins, and none reads half a key
    os.unlink(fresh)
    return file.read_text(encoding="ascii")


SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
EXPORT_DAYS = int(os.environ.get("EXPORT_DAYS", "7"))  # how long an export can be fetched
IS_HTTPS = os.environ.get("WHEREABOUTS_HTTPS") == "1"

INSTALLED_APPS = [
    "audit",
    "console",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "console.security.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "console.security.Storable",
    "console.security.Csrf",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.sessions.StillHere",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "console.environment.Templates",
        "NAME": "jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "console.environment.environment",
            "context_processors": ["console.environment.form_token"],
        },
    },
]

DATABASES = {"default": django_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SIGN_IN = sign_in_choices(ROLES)
TRUSTED_PROXIES = trusted_proxies()
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "console.sessions.Backend"]
SESSION_ENGINE = "console.sessions"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign_in"
SESSION_COOKIE_AGE = int(SIGN_IN.idle.total_seconds())  # of the session; the cookie ends with the browser
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # it looks for Django's own middleware by name; ours is made of it
    "security.W021",  # browsers' preload lists are for public sites, not for a bank's console
    "axes.W002",  # its middleware makes the answer to a lockout; ours is made by the view
]
# Its tables stay away: a lockout counts our own records, which hold no mistyped password in place of a name.
MIGRATION_MODULES = {"axes": None}
AXES_HANDLER = "console.lockout.Records"
AXES_CLIENT_IP_CALLABLE = "console.security.address_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
# Of allauth no page is reachable, only what our own pages call.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_LOGIN_METHODS = {"username"}
SOCIALACCOUNT_ADAPTER = "console.single_sign_on.Adapter"
MFA_ADAPTER = "console.second_factor.Adapter"
MFA_TOTP_ISSUER = "Whereabouts"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be 30 seconds off
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("da", "Dansk")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a missing folder
# Collected files have hashed names and never change; before `collectstatic` they are served as they lie.
_IS_COLLECTED = sys.argv[1:2] == ["collectstatic"] or (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_USE_FINDERS = not _IS_COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
_HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": _HASHED if _IS_COLLECTED else _PLAIN},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
