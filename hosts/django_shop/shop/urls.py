"""The shop's own pages, and those that the chat's pages print."""

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.urls import path
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer
from rest_framework_simplejwt.views import TokenObtainPairView

from shop.chat_person import chat_person
from shop.chat_token import chat_token

urlpatterns = [
    path("", lambda request: HttpResponse(f"Hello, {request.user.get_username() or 'stranger'}")),
    path("login/", LoginView.as_view()),
    path("logout/", LogoutView.as_view(next_page="/")),
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/as-it-comes/", TokenObtainPairView.as_view(serializer_class=TokenObtainPairSerializer)),
    path("chat-token/", chat_token),
    path("chat-person/", chat_person),
]
