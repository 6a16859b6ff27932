"""Makes the shop's users; prints their keys by username."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()

# The models are there once Django is set up.
from django.contrib.auth import get_user_model

PEOPLE = [("anna", "Анна", "Иванова", False), ("boris", "Борис", "Петров", True), ("vera", "Вера", "Сидорова", False)]

keys = {}
for username, first, last, is_staff in PEOPLE:
    user = get_user_model().objects.create_user(
        username, f"{username}@shop.example", "p-" + username, first_name=first, last_name=last, is_staff=is_staff
    )
    keys[username] = user.pk if isinstance(user.pk, int) else str(user.pk)
print(json.dumps(keys))
