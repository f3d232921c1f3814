"""Decoder processes, one per core, and the workshop that hands them files."""

import json
import os
import queue
import socket
import subprocess
import sys
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from tiktok_music.errors import AudioUnreadable, CoverUnreadable, WorkerFailed
from tiktok_music.refresh.media import AudioRejected, PreparedPreview
from tiktok_music.refresh.media_policy import MediaPolicy
from tiktok_music.refresh.sound.volume import AudioFacts
from tiktok_music.refresh.verdict import Finding, RejectionReason

# Wall time, for a process that hangs; what a file may take of the CPU is the child's own limit.
FILE_SECONDS = 60.0
# What a decoder leaks, it leaks for so many files.
FILES_PER_PROCESS = 500

_START = (
    "import sys; sys.path[:0] = {path!r}; "
    "from tiktok_music.adapters.media_child import serve; serve({fd})"
)
# A child has nothing of our environment: a Lambda's keys are variables. One decoder is one core's
# work, so that OpenBLAS must not start threads of its own; and an interpreter that is linked with
# a library in /var/lang/lib may find it by this variable alone. Memory of one file is kept for the
# next: giving every large array back to the kernel, and having each page of the next one zeroed,
# is 4 % of a child's CPU.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib",
    "MALLOC_MMAP_THRESHOLD_": str(64 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024**2),
}


class DecoderProcess:
    """One child. Lambda has no /dev/shm, so that pools fail there; a plain process does not."""

    def __init__(self, policy: MediaPolicy) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            code = _START.format(path=[path for path in sys.path if path], fd=theirs.fileno())
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-I", "-c", code],
                env=_ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        self._connection = Connection(ours.detach())
        self._connection.send_bytes(json.dumps(asdict(policy)).encode())
        self.pid = self._process.pid
        self.files_done = 0

    def ask(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer to one file; raises WorkerFailed when the process dies or takes too long."""
        self.files_done += 1
        try:
            self._connection.send_bytes(json.dumps(request).encode())
            self._connection.send_bytes(data)
            if not self._connection.poll(FILE_SECONDS):
                raise WorkerFailed(f"the decoder took longer than {FILE_SECONDS:g} s")
            return json.loads(self._connection.recv_bytes()), self._connection.recv_bytes()
        except (EOFError, OSError) as exc:
            raise WorkerFailed("the decoder crashed on the file") from exc

    def end(self) -> None:
        """Ends the process, whatever it is doing."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class ProcessWorkshop:
    """A MediaWorkshop over decoder processes; a caller waits while all of them are busy."""

    def __init__(self, policy: MediaPolicy, processes: int | None = None) -> None:
        self._policy = policy
        self._idle: queue.SimpleQueue[DecoderProcess | None] = queue.SimpleQueue()
        for _ in range(processes or os.cpu_count() or 1):
            self._idle.put(None)

    def prepare_preview(self, data: bytes, title: str, artist: str) -> PreparedPreview:
        """As the port says; what the volume rule refuses is not encoded."""
        request = {"work": "preview", "title": title, "artist": artist}
        header, mp3 = self._ask(request, data)
        if "unreadable" in header:
            raise AudioUnreadable(header["unreadable"])
        if "finding" in header:
            finding = header["finding"]
            raise AudioRejected(
                Finding(**{**finding, "reason": RejectionReason(finding["reason"])})
            )
        return PreparedPreview(
            mp3=mp3,
            facts=AudioFacts.from_dict(header["facts"]),
            source=AudioFacts.from_dict(header["source"]),
            fingerprint=header["fingerprint"],
        )

    def prepare_cover(self, data: bytes) -> bytes:
        """As the port says."""
        header, jpeg = self._ask({"work": "cover"}, data)
        if "unreadable" in header:
            raise CoverUnreadable(header["unreadable"])
        return jpeg

    def close(self) -> None:
        """Ends the processes that are idle; the next call starts new ones."""
        for _ in range(self._idle.qsize()):
            self._ended(self._idle.get())
            self._idle.put(None)

    def _ask(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._idle.get()
        try:
            process = process or DecoderProcess(self._policy)
            answer = process.ask(request, data)
        except WorkerFailed:
            self._idle.put(self._ended(process))
            raise
        except BaseException:
            self._idle.put(process)
            raise
        worn = process.files_done >= FILES_PER_PROCESS
        self._idle.put(self._ended(process) if worn else process)
        return answer

    @staticmethod
    def _ended(process: DecoderProcess | None) -> None:
        if process is not None:
            process.end()
