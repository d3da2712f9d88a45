"""A warm child process that makes and draws PDFs, so that the window carries neither reportlab nor PDFium (80 MB).

Frames on two pipes: four bytes of length (big-endian) and that many bytes of msgpack. A job goes in, a reply comes
out; an empty frame is answered by an empty one, once the fonts are loaded. Nothing touches the disk.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Self

import msgspec

from villagefp import paths
from villagefp.printing.jobs import Rendered, SheetJob
from villagefp.printing.raster import DrawJob, Pixels, draw

_LENGTH = 4
_MOST = 64 * 1024 * 1024
_CLOSE_SECONDS = 3.0


class HelperError(RuntimeError):
    """The PDF process could not make a sheet: a bug, told by the place in the code and never by the data."""


@dataclass(frozen=True)
class Request:
    """A sheet to make, or pages to draw."""

    sheet: SheetJob | None = None
    drawing: DrawJob | None = None


@dataclass(frozen=True)
class Reply:
    """A finished sheet or drawn pages, or where in the code it failed."""

    rendered: Rendered | None = None
    pages: list[Pixels] | None = None
    failed: str = ""


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Answer jobs until the other side closes the pipe; this is the whole life of the child process."""
    from villagefp.printing.fonts import load_fonts  # noqa: PLC0415  the parent imports this module without reportlab
    from villagefp.printing.render import render  # noqa: PLC0415

    load_fonts()
    while (frame := read_frame(incoming)) is not None:
        answer = b""
        if frame:
            answer = msgspec.msgpack.encode(_answer(frame, render))
        write_frame(outgoing, answer)


def _answer(frame: bytes, render: Callable[[SheetJob], Rendered]) -> Reply:
    try:
        request = msgspec.msgpack.decode(frame, type=Request)
        return Reply(
            rendered=render(request.sheet) if request.sheet else None,
            pages=draw(request.drawing) if request.drawing else None,
        )
    except Exception as error:  # noqa: BLE001  one bad sheet must not end the process; the parent raises it
        places = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places[-4:]))
        return Reply(failed=f"{type(error).__name__} in {where}")


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """The next frame, or None where the pipe has ended."""
    head = _exactly(pipe, _LENGTH)
    if head is None:
        return None
    length = int.from_bytes(head, "big")
    if length > _MOST:
        return None
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        part = pipe.read(length - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


def write_frame(pipe: IO[bytes], data: bytes) -> None:
    """Send one frame at once."""
    pipe.write(len(data).to_bytes(_LENGTH, "big") + data)
    pipe.flush()


class PdfHelper:
    """The parent's end: starts the process at the first job, keeps it warm, and starts another if it dies."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = list(command or [sys.executable, "-m", "villagefp", "print-helper"])
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The child's id while it runs, for those who measure it."""
        return self._process.pid if self._process else None

    def warm(self) -> None:
        """Have the process up and its fonts loaded before the first sheet is wanted."""
        with self._lock:
            self._ask(b"")

    def render(self, job: SheetJob) -> Rendered:
        """Make one sheet."""
        reply = self._reply(Request(sheet=job))
        if reply.rendered is None:
            raise HelperError(reply.failed)
        return reply.rendered

    def draw(self, pdf: bytes, numbers: Sequence[int], dots_per_inch: float) -> list[Pixels]:
        """Draw pages, counted from 0: one after the other, since a page at a printer's fineness fills a frame."""
        drawn: list[Pixels] = []
        for number in numbers:
            reply = self._reply(Request(drawing=DrawJob(pdf, (number,), dots_per_inch)))
            if reply.pages is None:
                raise HelperError(reply.failed)
            drawn += reply.pages
        return drawn

    def _reply(self, request: Request) -> Reply:
        encoded = msgspec.msgpack.encode(request)
        with self._lock:
            return msgspec.msgpack.decode(self._ask(encoded), type=Reply)

    def render_many(
        self,
        jobs: Iterable[SheetJob],
        progress: Callable[[int], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[Rendered]:
        """Make sheets one after the other; `progress` hears how many are done, and `cancelled` ends early."""
        finished: list[Rendered] = []
        for job in jobs:
            if cancelled():
                break
            finished.append(self.render(job))
            progress(len(finished))
        return finished

    def close(self) -> None:
        """End the process; a closed helper starts again when it is asked."""
        with self._lock:
            self._stop()

    def _ask(self, request: bytes) -> bytes:
        """Send a frame and wait for the answer; a process that died is replaced once."""
        for last in (False, True):
            answer = self._try(request)
            if answer is not None:
                return answer
            self._stop()
            if last:
                break
        raise HelperError("the PDF process ended without an answer")

    def _try(self, request: bytes) -> bytes | None:
        process = self._running()
        if process.stdin is None or process.stdout is None:
            return None
        try:
            write_frame(process.stdin, request)
            return read_frame(process.stdout)
        except OSError:  # the pipe is gone: the process died
            return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(  # noqa: S603  our own program
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback could quote a name
                cwd=paths.root_dir(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # unsent bytes for a process that is gone
                    continue
        try:
            process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
