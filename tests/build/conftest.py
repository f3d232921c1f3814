"""Builds the functions with the real SAM: for the deployed processor, and for this machine."""

import os
import subprocess
from pathlib import Path

import pytest

from local.emulator import SAM_ENVIRONMENT, EmulatorMissing, build, require
from tests.needs import BUILT_FUNCTIONS, skip_without

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def arm64(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the build that is deployed."""
    sam = SAM_ENVIRONMENT / "bin/sam"
    if not sam.exists():
        skip_without(BUILT_FUNCTIONS)
    folder = tmp_path_factory.mktemp("sam") / "arm64"
    result = subprocess.run(
        [sam, "build", "--build-dir", folder, "--parameter-overrides", "Architecture=arm64"],
        cwd=ROOT,
        env={
            **os.environ,
            "ARCH": "arm64",
            "SAM_CLI_TELEMETRY": "0",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build for this machine's processor, which can be run here."""
    try:
        require()
    except EmulatorMissing:
        skip_without(BUILT_FUNCTIONS)
    folder = tmp_path_factory.mktemp("sam") / "native"
    build(folder)
    return folder
