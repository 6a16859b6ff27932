"""What a shop sells, and to whom."""

import uuid

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models


class Shopper(User):
    """A user as the shop's own forms see one."""

    class Meta:
        proxy = True


class Order(models.Model):
    """An order has a client, and an expert once there is one."""

    number = models.CharField(max_length=40)
    status = models.CharField(max_length=40, default="new")
    client = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bought")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="advised")
    is_draft = models.BooleanField(default=False)

    def __str__(self):
        return self.number


class Deal(models.Model):
    """A deal is called by a UUID, and is between any number of people."""

    code = models.UUIDField(default=uuid.uuid4, unique=True)
    title = models.CharField(max_length=100)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="deals")

    def __str__(self):
        return self.title


class Course(models.Model):
    """A course of a school: its chat follows it."""

    name = models.CharField(max_length=100)
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="teaches")
    students = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="learns")

    def __str__(self):
        return self.name
