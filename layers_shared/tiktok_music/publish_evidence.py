"""The kinds of evidence that a clip of the commercial library is the recording of a track."""

from tiktok_music.stored_text import StoredText


class Evidence(StoredText):
    """Why a clip is the recording of a track, the strongest first.

    `listed`: the track itself came from the library. `sameId`: a clip has the TikTok id of the
    track. `sameRecording`: fingerprints and titles agree. `sameCredits`: title, artist and length
    agree, and there is no fingerprint to compare.
    """

    LISTED = "listed"
    SAME_ID = "sameId"
    SAME_RECORDING = "sameRecording"
    SAME_CREDITS = "sameCredits"


TRUSTED = (Evidence.LISTED, Evidence.SAME_ID, Evidence.SAME_RECORDING)
STRENGTH = {each: rank for rank, each in enumerate(Evidence)}
