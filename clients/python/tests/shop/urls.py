"""The pages of the shop."""

from django.shortcuts import render
from django.urls import include, path

urlpatterns = [
    path("chat/", include("beseda_django.urls")),
    path("orders/<int:order>/", lambda request, order: render(request, "order.html", {"order": order})),
]
