"""The product's settings on a home of their own, thrown away at the end; DATABASE_URL is taken from outside as ever."""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="forbear-test-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ.update(FORBEAR_HOME=_HOME, FORBEAR_DEV="1")
for _name in ("FORBEAR_CLOCK_FILE", "FORBEAR_HOSTS", "SMTP_URL", "PORT"):
    os.environ.pop(_name, None)
# Playwright keeps an event loop in the thread the tests run in; Django would refuse its database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from forbear.config.settings import *  # noqa: E402, F403 (the environment comes first)
from tests.hashing import QuickArgon2  # noqa: E402

PASSWORD_HASHERS = [f"{QuickArgon2.__module__}.{QuickArgon2.__name__}"]
