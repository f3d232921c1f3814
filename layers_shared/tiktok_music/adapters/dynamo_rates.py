"""Counts requests of a key and minute over all instances, in DynamoDB."""

from tiktok_music.adapters.dynamo_models import DynamoRows, RateRow, translated

# Rows are of no use after their minute; DynamoDB's time to live removes them, some day.
KEPT_SECONDS = 3600


class DynamoRates:
    """One counter per key, endpoint class and minute, on a partition of its own."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(RateRow, table_name)

    def lease(self, counted: str, minute: int, amount: int) -> int:
        """Takes `amount` requests of that minute; returns how many are taken in all.

        `counted` is a key id, with the endpoint class where that is counted for itself; `minute`
        counts from the Unix epoch.
        """
        row = self._rows(f"RATE#{counted}#{minute}")
        with translated("lease requests"):
            row.update(
                [
                    self._rows.leased.add(amount),
                    self._rows.expires_at.set(minute * 60 + KEPT_SECONDS),
                ]
            )
        return int(row.leased)
