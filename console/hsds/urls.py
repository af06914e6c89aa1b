"""Addresses of the API, below `/hsds/`."""

from django.urls import path, re_path

from hsds import views

app_name = "hsds"
urlpatterns = [
    path("", views.api, name="api"),
    path("services", views.services),
    path("services/<str:id>", views.service),
    path("organizations", views.organizations),
    path("organizations/<str:id>", views.organization),
    path("service_at_locations", views.service_at_locations),
    path("service_at_locations/<str:id>", views.service_at_location),
    path("taxonomies", views.taxonomies),
    path("taxonomies/<str:id>", views.taxonomy),
    path("taxonomy_terms", views.taxonomy_terms),
    path("taxonomy_terms/<str:id>", views.taxonomy_term),
    path("profile/", views.profile, name="profile"),
    path("profile/<str:name>", views.profile_file),
    path("openapi.json", views.openapi, name="openapi"),
    re_path("", views.missing),
]
