"""Settings of REST framework and of the OpenAPI document, for `config.settings`."""

from typing import Any

from hsds.schemas import components

HSDS_VERSION = "3.0"

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "hsds.negotiation.AlwaysJson",
    "DEFAULT_PARSER_CLASSES": [],
    # The directory is public: no session is opened, so that no cookie makes an answer personal.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "hsds.errors.as_json",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Dalil: directory of help for migrants in Morocco",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Read-only Open Referral HSDS 3.0 API with the Morocco profile (`profile/`).",
    "SERVERS": [{"url": "/hsds"}],
    "APPEND_COMPONENTS": {"schemas": components()},
    # Not the hook that moves enumerations into components of their own, only the one that takes away its marks.
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enum_id_removal"],
    "SERVE_INCLUDE_SCHEMA": False,
}
