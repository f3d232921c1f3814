"""Decoder processes, one per core, and the media encoder that sends files to them."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from tiktok_music.adapters.decoder_answers import cover_of, preview_of, waveform_of
from tiktok_music.errors import (
    AudioUnreadable,
    CoverUnreadable,
    MediaError,
    OutOfTime,
    WorkerFailed,
)
from tiktok_music.refresh.media.policy import MediaPolicy
from tiktok_music.refresh.media.ports import AudioRejected, no_deadline
from tiktok_music.refresh.media.preview import DrawnWaveform, PreparedCover, PreparedPreview
from tiktok_music.refresh.rejection import finding_from

# Wall time, for a process that hangs.
FILE_SECONDS = 60.0
# CPU time by kind of work; a decompression bomb must not take much more than a good file. Ten
# minutes of audio take some 8 s, a cover of 25 million pixels 1.7 s and a usual one 0.05 s.
CPU_SECONDS = {"preview": 15, "cover": 2, "waveform": 15}
# A caller that waits for a decoder looks at the time of the run this often.
WAIT_SECONDS = 1.0
# A minute of MP3 at 128 kbit/s has a megabyte, a cover less: only a compromised child sends more.
MOST_HEADER_BYTES = 1024**2
MOST_BLOB_BYTES = 20 * 1024**2
# Bounds the memory that a decoder leaks.
FILES_PER_PROCESS = 500

_START = (
    "import sys; sys.path[:0] = {path!r}; "
    "from tiktok_music.adapters.media_child import serve; serve({fd})"
)
# A child gets nothing of the function's environment, which has the Lambda's credentials. One
# decoder uses one core, so that OpenBLAS must not start threads; an interpreter linked with a
# library in /var/lang/lib needs LD_LIBRARY_PATH. The malloc thresholds keep memory for the next
# file: returning every large array to the kernel, and zeroing its pages, is 4 % of a child's CPU.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib",
    "MALLOC_MMAP_THRESHOLD_": str(64 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024**2),
}


class DecoderProcess:
    """One child process; not a multiprocessing pool, as Lambda has no /dev/shm."""

    def __init__(self, policy: MediaPolicy) -> None:
        parent_end, child_end = socket.socketpair()
        with child_end:
            code = _START.format(path=[path for path in sys.path if path], fd=child_end.fileno())
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-I", "-c", code],
                env=_ENVIRONMENT,
                pass_fds=[child_end.fileno()],
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        self._connection = Connection(parent_end.detach())
        self._connection.send_bytes(json.dumps(asdict(policy)).encode())
        self.pid = self._process.pid
        self.files_done = 0
        self._is_late = False

    def ask(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer for one file; raises WorkerFailed if the process dies or takes too long.

        The timeout is for the whole exchange: a child that stops reading or writing is killed. A
        file that takes more CPU than its kind may is unreadable, today and in a week.
        """
        self.files_done += 1
        timeout = threading.Timer(FILE_SECONDS, self._kill_late)
        timeout.start()
        try:
            limit = {"cpu_seconds": CPU_SECONDS[request["work"]]}
            self._connection.send_bytes(json.dumps({**request, **limit}).encode())
            self._connection.send_bytes(data)
            header = json.loads(self._connection.recv_bytes(MOST_HEADER_BYTES))
            blob = self._connection.recv_bytes(MOST_BLOB_BYTES)
        except (EOFError, OSError, ValueError) as exc:
            raise self._failure(request["work"]) from exc
        finally:
            timeout.cancel()
        if "failed" in header:
            raise WorkerFailed(f"the decoder failed on the file: {header['failed']}")
        return header, blob

    def _failure(self, work: str) -> MediaError:
        if self._is_late:
            return WorkerFailed(f"the decoder took longer than {FILE_SECONDS:g} s")
        if not self._spent_its_cpu():
            return WorkerFailed("the decoder crashed on the file")
        unreadable = CoverUnreadable if work == "cover" else AudioUnreadable
        return unreadable(f"decoding it takes more than {CPU_SECONDS[work]} s of CPU")

    def _spent_its_cpu(self) -> bool:
        """True if the kernel killed the process at its limit, whose end this waits for."""
        try:
            return self._process.wait(WAIT_SECONDS) == -signal.SIGXCPU
        except subprocess.TimeoutExpired:
            return False

    def _kill_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def end(self) -> None:
        """Kills the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class ProcessMediaEncoder:
    """A MediaEncoder on decoder processes; a caller waits while all of them are busy.

    Raises OutOfTime if there is no time left to wait.
    """

    def __init__(self, policy: MediaPolicy, processes: int | None = None) -> None:
        self._policy = policy
        self._idle: queue.SimpleQueue[DecoderProcess | None] = queue.SimpleQueue()
        for _ in range(processes or os.cpu_count() or 1):
            self._idle.put(None)

    def prepare_preview(
        self, data: bytes, title: str, artist: str, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedPreview:
        """See the port; audio that the volume rule rejects is not encoded."""
        request = {"work": "preview", "title": title, "artist": artist}
        header, files = self._ask(request, data, has_time)
        if "unreadable" in header:
            raise AudioUnreadable(header["unreadable"])
        if "finding" in header:
            raise AudioRejected(finding_from(header["finding"]))
        return preview_of(header, files)

    def prepare_cover(
        self, data: bytes, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedCover:
        """See the port."""
        header, files = self._ask({"work": "cover"}, data, has_time)
        if "unreadable" in header:
            raise CoverUnreadable(header["unreadable"])
        return cover_of(header, files)

    def draw_waveform(
        self, mp3: bytes, has_time: Callable[[], bool] = no_deadline
    ) -> DrawnWaveform:
        """See the port."""
        header, files = self._ask({"work": "waveform"}, mp3, has_time)
        if "unreadable" in header:
            raise AudioUnreadable(header["unreadable"])
        return waveform_of(header, files)

    def close(self) -> None:
        """Ends the idle processes; the next call starts new ones."""
        for _ in range(self._idle.qsize()):
            self._ended(self._idle.get())
            self._idle.put(None)

    def _ask(
        self, request: dict[str, Any], data: bytes, has_time: Callable[[], bool]
    ) -> tuple[dict[str, Any], bytes]:
        process = self._next_idle(has_time)
        try:
            process = process or DecoderProcess(self._policy)
            answer = process.ask(request, data)
        except BaseException:
            # After any error, the next file must not get the answer for this one.
            self._idle.put(self._ended(process))
            raise
        is_used_up = process.files_done >= FILES_PER_PROCESS
        self._idle.put(self._ended(process) if is_used_up else process)
        return answer

    def _next_idle(self, has_time: Callable[[], bool]) -> DecoderProcess | None:
        while True:
            try:
                return self._idle.get(timeout=WAIT_SECONDS)
            except queue.Empty:
                if not has_time():
                    raise OutOfTime("all decoders are busy and the time is up") from None

    @staticmethod
    def _ended(process: DecoderProcess | None) -> None:
        if process is not None:
            process.end()
