"""`path("chat/", include("beseda_django.urls"))`."""

from django.urls import path

from beseda_django import views

app_name = "beseda"
urlpatterns = [
    path("token/", views.token, name="token"),
    path("person/", views.person, name="person"),
]
