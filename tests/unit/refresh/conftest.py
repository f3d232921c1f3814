import pytest

from tests.refresh_world import World


@pytest.fixture
def world() -> World:
    return World()
