"""The web channel's description is true of requests that nobody thought of: schemathesis draws them from it."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.channels.web import TIMEOUT, Client
from tests.conftest import Assistant

pytestmark = pytest.mark.long

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def described(assistant: Assistant) -> schemathesis.BaseSchema:
    api = schemathesis.openapi.from_url(f"{assistant.site}/webhooks/web/openapi.json", wait_for_schema=TIMEOUT)
    api.config.update(base_url=assistant.site)
    api.config.generation.update(max_examples=40, deterministic=True)
    return api


api = schemathesis.pytest.from_fixture("described")


@api.parametrize()
@settings(suppress_health_check=list(HealthCheck), database=None, phases=[Phase.explicit, Phase.generate])
def test_any_request(case: schemathesis.Case, page: Client) -> None:
    if isinstance(case.body, dict) and case.body.get("session") is not None:
        case.body["session"] = page.session  # nobody guesses one, and behind it is more
    case.call_and_validate(checks=CHECKS, timeout=TIMEOUT)
