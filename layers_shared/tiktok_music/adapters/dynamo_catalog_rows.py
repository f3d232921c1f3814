"""The rows of the catalog table that a plain list request does not read, as PynamoDB models."""

from pynamodb.attributes import (
    BinaryAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from tiktok_music.adapters.dynamo_models import LenientNumber, LenientText, LenientTexts, StoredRow


class LeaseRow(StoredRow):
    """`LOCK`: the lease holder, the fencing token, which only increases, and versions to sweep.

    `LOCK#<chart>` has the versions of a chart alone. `sweepable` has `<version>*<chunks>` of every
    version whose chunks may still be stored.
    """

    holder = LenientText(null=True)
    fence = LenientNumber(default=0)
    lease_until = LenientNumber(null=True)
    sweepable = LenientTexts(null=True)


class ChartsRow(StoredRow):
    """`CHARTS`: the charts beside the default one; `revision` changes with every write."""

    charts: JSONAttribute = JSONAttribute()
    revision = UnicodeAttribute()


class TrackRow(StoredRow):
    """`TRACK#<uuid>`: the permanent record of a track."""

    tiktok_id = UnicodeAttribute()
    record: JSONAttribute = JSONAttribute()


class RetiredRow(StoredRow):
    """`RETIRED#<first hex digit>`: the ids of retired tracks; the records are `TRACK#` items."""

    track_ids = UnicodeSetAttribute(null=True)


class SongRow(StoredRow):
    """`CML#<commercial music id>`: the track of a song of the commercial library."""

    track_id = UnicodeAttribute()


class ListsRow(StoredRow):
    """`LISTS`: the operator overrides, one JSON document; a large one is in pieces instead."""

    document = UnicodeAttribute(null=True)
    revision = UnicodeAttribute(null=True)
    pieces = NumberAttribute(null=True)


class LedgerRow(StoredRow):
    """`MEDIA#<uuid>`: a media outcome: the facts of stored media, or a failure with its expiry."""

    media: JSONAttribute = JSONAttribute(null=True)
    failure: JSONAttribute = JSONAttribute(null=True)
    expires_at = NumberAttribute()


class RunRow(StoredRow):
    """`RUN#<scheduled time>`: a refresh's report; one of an earlier release does not expire."""

    report: JSONAttribute = JSONAttribute()
    expires_at = NumberAttribute(null=True)


class RunsRow(StoredRow):
    """`RUNS`: an entry for each of the last refreshes, the newest first."""

    runs: JSONAttribute = JSONAttribute()


class RecordingRow(StoredRow):
    """`RUN#<scheduled time>#INPUT#<i>`: a chunk of the recording of a refresh.

    Every chunk has the number of chunks and the SHA-256 of the whole.
    """

    data = BinaryAttribute(legacy_encoding=False)
    pieces = NumberAttribute()
    sha256 = UnicodeAttribute()
    expires_at = NumberAttribute()
