"""AWS and R2 on this machine: moto's server with the tables, the bucket and the secrets."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import boto3
import urllib3
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
CATALOG_TABLE = "catalog"
KEYS_TABLE = "keys"
BUCKET = "tiktok-music-media"
R2_SECRET = "tiktok-music/r2"  # noqa: S105 - a name
CML_SECRET = "tiktok-music/cml"  # noqa: S105 - a name
SOURCE_SECRET = "tiktok-music/source"  # noqa: S105 - a name
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class EmbeddedAws:
    """A running moto server."""

    server: ThreadedMotoServer
    endpoint_url: str

    @classmethod
    def start(cls, host: str = "127.0.0.1") -> "EmbeddedAws":
        """Listens on a free port of `host`; werkzeug's line for every request is off."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(host, port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        return cls(server, f"http://{host}:{port}")

    def stop(self) -> None:
        """Stops the server and deletes its data, which moto stores for the whole process."""
        self.reset()
        self.server.stop()

    def reset(self) -> None:
        """Deletes all data."""
        urllib3.request("POST", f"{self.endpoint_url}/moto-api/reset")

    def environment(self) -> dict[str, str]:
        """Environment variables that point AWS clients to this server."""
        return {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL_DYNAMODB": self.endpoint_url,
            "AWS_ENDPOINT_URL_EVENTBRIDGE": self.endpoint_url,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": self.endpoint_url,
            "AWS_ENDPOINT_URL_STS": self.endpoint_url,
        }

    def furnish(self, source_api_key: str, cml_token: Mapping[str, str] | None = None) -> None:
        """Creates the template's tables, and the bucket and secrets of the deployment guide."""
        dynamodb = boto3.client("dynamodb", endpoint_url=self.endpoint_url, region_name=REGION)
        for table in (CATALOG_TABLE, KEYS_TABLE):
            dynamodb.create_table(
                TableName=table,
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        s3 = boto3.client("s3", endpoint_url=self.endpoint_url, region_name=REGION)
        s3.create_bucket(Bucket=BUCKET)
        secrets = boto3.client("secretsmanager", endpoint_url=self.endpoint_url, region_name=REGION)
        r2 = {"accessKeyId": "local", "secretAccessKey": "local"}
        secrets.create_secret(Name=R2_SECRET, SecretString=json.dumps(r2))
        secrets.create_secret(Name=SOURCE_SECRET, SecretString=source_api_key)
        if cml_token is not None:
            secrets.create_secret(Name=CML_SECRET, SecretString=json.dumps(dict(cml_token)))
