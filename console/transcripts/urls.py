"""Addresses of what staff do with transcripts; what they read stands among the admin's own."""

from django.contrib import admin
from django.urls import path

from transcripts import views
from transcripts.receipt_page import receipt_page

app_name = "transcripts"
_inside = admin.site.admin_view
urlpatterns = [
    path("turns/<int:pk>/verdict", _inside(views.judge), name="verdict"),
    path("turns/<int:pk>/second", _inside(views.agree), name="second"),
    path("conversations/<int:pk>/file", _inside(views.file), name="file"),
    path("conversations/<int:pk>/done", _inside(views.done), name="done"),
    path("filters/save", _inside(views.save_filter), name="save_filter"),
    path("filters/<int:pk>", _inside(views.saved), name="saved"),
    path("filters/<int:pk>/remove", _inside(views.remove_filter), name="remove_filter"),
    path("receipt/", _inside(receipt_page), name="receipt"),
    path("teaching", _inside(views.teach), name="teach"),
    path("teaching/patch", _inside(views.patch), name="patch"),
]
