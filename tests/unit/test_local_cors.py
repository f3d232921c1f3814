"""The local run answers cross-origin requests as the template's API Gateway does."""

from typing import Any

import pytest

from local import cors
from local.picker import pages_of
from tests.architecture.expansion import expand, of_type


def test_the_lists_are_those_of_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    [api] = of_type(expand(AllowedOrigins="*")["Resources"], "AWS::ApiGatewayV2::Api").values()
    allowed: dict[str, Any] = api["Body"]["x-amazon-apigateway-cors"]["Fn::If"][1]

    assert (*cors.METHODS,) == tuple(allowed["allowMethods"])
    assert (*cors.HEADERS,) == tuple(allowed["allowHeaders"])
    assert (*cors.EXPOSED,) == tuple(allowed["exposeHeaders"])
    assert allowed["maxAge"] == cors.MAX_AGE_SECONDS


def test_the_demo_page_has_two_origins() -> None:
    assert pages_of(8000) == ["http://127.0.0.1:8000", "http://localhost:8000"]
    assert pages_of(80) == ["http://127.0.0.1", "http://localhost"]
