"""Django's pages: what config/asgi.py serves beside the streams. Under this door alone no chat page hears anything."""

import os
from threading import Thread

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forbear.config.settings")
application = get_wsgi_application()

from forbear.adapters.compiled import warm  # noqa: E402 (Django comes first)
from forbear.config import wiring  # noqa: E402

wiring.desk()  # one that cannot be built stops the start, and not the first visitor
Thread(target=warm, args=(wiring.desk().arithmetic,), daemon=True).start()  # ready when the first borrower looks
