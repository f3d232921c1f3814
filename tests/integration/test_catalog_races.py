"""Commands that ask, while another operator or a refresh changes the same item."""

import pytest

from tests.builders import a_key, a_record
from tests.served import Run, publish, served
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.api_key import KeyState
from tiktok_music.archive import TrackStatus
from tiktok_music.pointer_moves import pinned


@pytest.mark.parametrize("verb", ["suspend", "resume"])
@pytest.mark.parametrize("of_organization", [False, True], ids=["key", "organization"])
def test_a_key_revoked_during_the_question_stays_revoked(
    catalog: Run,
    stores: DynamoRows,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    of_organization: bool,
) -> None:
    keys = DynamoKeys(stores, "keys")
    _, key = a_key(state=KeyState.SUSPENDED if verb == "resume" else KeyState.ACTIVE)
    keys.save(key)

    def revoke(question: str, *, yes: bool) -> None:
        keys.save(key._replace(state=KeyState.REVOKED))

    monkeypatch.setattr("ops.key_states.confirm", revoke)
    target = ["--organization", key.organization_id] if of_organization else [key.key_id]
    result = catalog("keys", verb, *target)

    assert result.exit_code == 2
    assert f"{key.key_id} was changed by another operator" in result.stderr
    assert keys.get(key.key_id) == key._replace(state=KeyState.REVOKED)


@pytest.mark.parametrize("command", ["rollback", "pin"])
def test_a_refresh_during_the_question_does_not_stop_a_pointer_move(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    first, _ = publish(stores, 25, 13)
    monkeypatch.setattr("ops.versions.confirm", lambda question, yes: publish(stores, 1))

    result = catalog(command, first, "--reason", "x")

    assert (result.exit_code, served(stores)) == (0, (first, command == "pin"))
    pointer = DynamoPublisher(stores, "catalog").current()
    assert pointer is not None
    assert len(pointer.history) == 2


def test_another_operators_pin_during_the_question_is_not_overwritten(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = publish(stores, 25, 13)

    def pin(question: str, *, yes: bool) -> None:
        publisher = DynamoPublisher(stores, "catalog")
        before = publisher.current()
        assert before is not None
        publisher.point(pinned(before, second, publisher.next_fence()), before)

    monkeypatch.setattr("ops.versions.confirm", pin)
    result = catalog("rollback", first, "--reason", "x")

    assert (result.exit_code, served(stores)) == (2, (second, True))
    assert "nothing changed" in result.stderr


def test_a_takedown_asks_before_it_takes_the_lease_and_reads_the_record_again(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(stores, 1)
    archive = DynamoTrackArchive(stores, "catalog")
    archive.save_many([a_record(1)])
    leases: list[bool] = []

    def refreshed_meanwhile(question: str, *, yes: bool) -> None:
        leases.append(DynamoPublisher(stores, "catalog").is_leased(a_record(1).last_seen_at))
        archive.save_many([a_record(1, title="Renamed")])

    monkeypatch.setattr("ops.retire.confirm", refreshed_meanwhile)
    result = catalog("retire", a_record(1).track_id, "--reason", "Acme")

    record = archive.get_many([a_record(1).track_id])[a_record(1).track_id]
    assert (result.exit_code, leases) == (0, [False])
    assert (record.title, record.status) == ("Renamed", TrackStatus.RETIRED)
