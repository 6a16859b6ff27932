"""The outbox."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=700)),
                ("method", models.CharField(max_length=8)),
                ("path", models.TextField()),
                ("body", models.JSONField(null=True)),
                ("repeat_key", models.CharField(max_length=128, null=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("said", models.CharField(default="", max_length=500)),
                ("given_up_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "id"], name="beseda_promise_subject"),
                    models.Index(fields=["given_up_at", "due_at"], name="beseda_promise_due"),
                ],
            },
        ),
    ]
