"""Django's settings, from the environment alone (environment.py reads it; docs/run.md lists every variable).

FORBEAR_DEV=1 adds the page of messages sent, takes cookies over plain http and serves static files as they lie in the
source; everything else is the same on every machine. DEBUG stays off: its error page shows what people wrote.
"""

from forbear.config import environment, record_environment

DEV = environment.flag("FORBEAR_DEV")
HOME = environment.home()
SECRET_KEY = environment.secret(HOME)
DEBUG = False
PORT = environment.whole("PORT", 8000, 1, 65535)
BIND = environment.text("FORBEAR_BIND", "127.0.0.1")
CLOCK_FILE = environment.text("FORBEAR_CLOCK_FILE")
HOSTS = environment.names("FORBEAR_HOSTS")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *HOSTS]
SITE_URL = environment.text("FORBEAR_SITE_URL", f"https://{HOSTS[0]}" if HOSTS else f"http://127.0.0.1:{PORT}")

LOG_NAME = environment.text("FORBEAR_LOG_NAME", "forbear.example/ledger")
LENDER = environment.text("FORBEAR_LENDER", "示例消费金融有限公司")
LENDER_EN = environment.text("FORBEAR_LENDER_EN", "Example Consumer Finance Co., Ltd.")
LENDER_PHONE = environment.text("FORBEAR_PHONE", "400-000-0000")
PAY_TO = environment.text("FORBEAR_PAY_TO")
# agreements and signatures
AGREEMENT_TEMPLATE = environment.agreement_template()
SIGNING = environment.signing()
TSA, TSA_ROOTS = environment.tsa()
POLICY = environment.policy()
RULEBOOK = environment.text("FORBEAR_RULEBOOK")
SMTP_URL = environment.text("SMTP_URL")
CLAMAV = environment.clamav()
S3 = environment.s3()
# the record
WITNESSES = record_environment.witnesses()
LOG_KEYS = record_environment.earlier_keys()
# mail
MAIL_DOMAIN = environment.mail_domain()
MAIL_LISTEN = environment.mail_listen()
IMAP_URL = environment.imap()
# text messages
SMS = environment.sms()
DISCREET_URL = environment.text("FORBEAR_DISCREET_URL").rstrip("/")
# chat and bot
EMBED_ORIGINS = environment.origins("FORBEAR_EMBED_ORIGINS")
HANDOVER_SECRETS = environment.handover_secrets()
LANGUAGE_MODEL = environment.model()
# telephone
CTI_SECRETS = environment.cti_secrets()
CTI_ORIGINATE = environment.cti_originate(CTI_SECRETS)
TELEPHONY = environment.telephony()
SIP_BIND = environment.socket("FORBEAR_SIP_BIND")
SIP_PEERS = environment.networks("FORBEAR_SIP_PEERS")
SIP_PORTS = environment.ports("FORBEAR_SIP_RTP_PORTS", (16384, 16583))
SIP_CALLS = environment.whole("FORBEAR_SIP_CALLS", 50, 1, 500)
SIP_LANGUAGES = environment.languages("FORBEAR_SIP_LANGUAGES")
VOICE = environment.text("FORBEAR_VOICE")
# leaving
ERASURE_LIST = environment.text("FORBEAR_ERASURE_LIST", str(HOME / "erasures.jsonl"))
# webhooks
WEBHOOK_HOSTS = environment.names("FORBEAR_WEBHOOK_HOSTS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "forbear.store",
    "forbear.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "forbear.config.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "forbear.config.middleware.ReaderLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "forbear.config.middleware.TheDesk",
]
ROOT_URLCONF = "forbear.config.urls"
WSGI_APPLICATION = "forbear.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

DATABASES = {"default": environment.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The catalogue of forbear.words speaks on every page of ours; Django's own two languages serve allauth's pages.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = DEV
WHITENOISE_MAX_AGE = 300
_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
_STATIC_LIVE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC if DEV else _STATIC_LIVE},
}
MEDIA_ROOT = HOME / "papers"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "forbear.web.unnamed_files.UnnamedFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not DEV
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = not DEV
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if DEV else 31536000
if environment.flag("FORBEAR_BEHIND_PROXY"):
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Staff sign in through allauth; borrowers never do (their identity is contract, ID card and a one-time code).
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "forbear.config.accounts.StaffAccounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEV else "https"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Forbear"

# The lender's own systems and its agencies: SHA-256 of each API key with what it is for, separated by commas.
API_KEYS = environment.api_keys("FORBEAR_API_KEYS")

for _name, _value in environment.mail().items():
    globals()[_name] = _value
DEFAULT_FROM_EMAIL = environment.text("FORBEAR_MAIL_FROM", "forbear@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "forbear.config.logs.WithoutPeople"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": environment.text("FORBEAR_LOG_LEVEL", "INFO").upper()},
    "loggers": {"django": {"handlers": [], "propagate": True}, "django.server": {"handlers": [], "propagate": True}},
}
