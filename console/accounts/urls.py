"""Addresses of the second factor, below `/second-factor/`."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.code, name="code"),
    path("phone/", views.enrol, name="enrol"),
    path("recovery-codes/", views.recovery, name="recovery"),
]
