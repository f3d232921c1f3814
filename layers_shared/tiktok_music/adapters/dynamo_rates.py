"""Counts the requests of a key per minute over all instances, in DynamoDB."""

from tiktok_music.adapters.dynamo_models import FORMAT, DynamoRows, RateRow, translated

# A row is not read after its minute; DynamoDB's TTL deletes it later.
EXPIRES_AFTER_SECONDS = 3600


class DynamoRates:
    """One counter per key, endpoint class and minute, on a partition of its own."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(RateRow, table_name)

    def lease(self, counted: str, minute: int, amount: int) -> int:
        """Takes `amount` requests of that minute; returns the total taken by all instances.

        `counted` is a key id, with the endpoint class if that has a limit of its own; `minute`
        counts from the Unix epoch.
        """
        row = self._rows(f"RATE#{counted}#{minute}")
        with translated("lease requests"):
            row.update(
                [
                    self._rows.leased.add(amount),
                    self._rows.format.set(FORMAT),
                    self._rows.expires_at.set(minute * 60 + EXPIRES_AFTER_SECONDS),
                ]
            )
        return int(row.leased)
