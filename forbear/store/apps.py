"""The store: the tables behind the ports, in Django, on SQLite and PostgreSQL alike."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "forbear.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
