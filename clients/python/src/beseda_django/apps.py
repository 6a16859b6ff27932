"""The app: it finds every installed app's `beseda.py`, which names the models that the chat follows."""

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules


class BesedaConfig(AppConfig):
    """`"beseda_django"` in INSTALLED_APPS."""

    name = "beseda_django"
    label = "beseda"
    verbose_name = "Beseda"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """All models are there: signals can be connected."""
        from beseda_django.checks import check_outbox, check_settings

        checks.register(check_settings, checks.Tags.security)
        checks.register(check_outbox, checks.Tags.database)
        autodiscover_modules("beseda")
