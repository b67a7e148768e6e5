"""The web app: both sites and the machine door."""

from django.apps import AppConfig


class Web(AppConfig):
    """Pages, their templates, static files and template tags."""

    name = "forbear.web"
    label = "web"
