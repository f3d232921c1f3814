"""API keys in their own DynamoDB table."""

from tiktok_music.adapters.dynamo_models import DynamoRows, KeyRow, translated
from tiktok_music.api_key import ApiKey, KeyEnvironment, KeyState, RateTier


class DynamoKeys:
    """The keys, by key id."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(KeyRow, table_name)

    def get(self, key_id: str) -> ApiKey | None:
        """Strongly consistent: a revocation takes effect as soon as it is written."""
        with translated("read an API key"):
            try:
                row = self._rows.get(f"KEY#{key_id}", consistent_read=True)
            except self._rows.DoesNotExist:
                return None
        return _key(key_id, row)

    def list_all(self) -> list[ApiKey]:
        """All keys, sorted by id. Scans the table: for the operator, with a few hundred at most."""
        with translated("list the API keys"):
            rows = list(self._rows.scan())
        keys = [_key(row.pk.removeprefix("KEY#"), row) for row in rows]
        return sorted(keys, key=lambda key: key.key_id)

    def save(self, key: ApiKey) -> None:
        row = self._rows(
            f"KEY#{key.key_id}",
            secret_sha256=key.secret_sha256,
            environment=key.environment,
            organization_id=key.organization_id,
            organization_name=key.organization_name,
            scopes=set(key.scopes) or None,
            tier=key.tier,
            state=key.state,
        )
        with translated("write an API key"):
            row.save()


def _key(key_id: str, row: KeyRow) -> ApiKey:
    return ApiKey(
        key_id=key_id,
        secret_sha256=row.secret_sha256,
        environment=KeyEnvironment(row.environment),
        organization_id=row.organization_id,
        organization_name=row.organization_name,
        scopes=frozenset(row.scopes or ()),
        tier=RateTier(row.tier),
        state=KeyState(row.state),
    )
