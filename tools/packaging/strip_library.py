"""Takes out of a shared library what only debuggers and linkers read.

`strip` knows the processor of its own machine, and what is built for the Lambda is mostly for
another. What a process maps stays as it is, byte for byte and at its address; the rest of the file
(symbols, debug information) goes, and the mapped parts move together.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

# ELF, 64 bits, little-endian: both processors of the Lambda.
_ELF64_LITTLE = b"\x7fELF\x02\x01"
_MACHINE, _PHOFF, _SHOFF, _COUNTS = 18, 32, 40, 56
_PROGRAM, _SECTION = struct.Struct("<IIQQQQQQ"), struct.Struct("<IIQQQQIIQQ")
_PT_LOAD = 1
# Linkers leave room for pages of up to 2 MB. x86-64 has pages of 4 kB; arm64 may have 64 kB.
_X86_64, _X86_64_PAGE = 62, 4096
_SHT_NOBITS, _SHF_ALLOC = 8, 2


class NotStrippable(Exception):
    """Raised when a library is put together in a way that is not known here."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A part of the file that is mapped, and where it will be."""

    start: int
    end: int
    moved_to: int

    def holds(self, start: int, size: int) -> bool:
        return self.start <= start and start + size <= self.end


def stripped(library: bytes) -> bytes:
    """The library as it is mapped; raises NotStrippable rather than guess."""
    if not library.startswith(_ELF64_LITTLE):
        raise NotStrippable("not a little-endian ELF file of 64 bits")
    (program_at,) = struct.unpack_from("<Q", library, _PHOFF)
    (programs,) = struct.unpack_from("<H", library, _COUNTS)
    headers = [
        _with_small_pages(library, _PROGRAM.unpack_from(library, at))
        for at in range(program_at, program_at + programs * _PROGRAM.size, _PROGRAM.size)
    ]
    kept = _kept(headers)
    image = bytearray(kept[-1].moved_to + kept[-1].end - kept[-1].start)
    for part in kept:
        image[part.moved_to : part.moved_to + part.end - part.start] = library[
            part.start : part.end
        ]
    new_program_at = _moved(program_at, programs * _PROGRAM.size, kept)
    for index, (kind, flags, offset, *rest) in enumerate(headers):
        moved = _moved(offset, rest[2], kept) if rest[2] else offset
        _PROGRAM.pack_into(image, new_program_at + index * _PROGRAM.size, kind, flags, moved, *rest)
    struct.pack_into("<Q", image, _PHOFF, new_program_at)
    names, table = _sections(library, kept, len(image))
    struct.pack_into("<Q", image, _SHOFF, len(image) + len(names))
    return min(library, bytes(image) + names + table, key=len)


def _with_small_pages(library: bytes, header: tuple[int, ...]) -> tuple[int, ...]:
    (machine,) = struct.unpack_from("<H", library, _MACHINE)
    if machine != _X86_64 or header[0] != _PT_LOAD:
        return header
    return (*header[:-1], min(header[-1], _X86_64_PAGE))


def _kept(headers: Sequence[tuple[int, ...]]) -> list[_Kept]:
    """The mapped parts in the order of the file; a page keeps its place within the alignment."""
    kept: list[_Kept] = []
    end = 0
    for kind, _, offset, address, _, size, _, align in sorted(headers, key=lambda h: h[2]):
        if kind != _PT_LOAD or not size:
            continue
        if kept and offset < kept[-1].end:
            raise NotStrippable("its segments overlap in the file")
        moved_to = end + (address - end) % align
        kept.append(_Kept(offset, offset + size, moved_to))
        end = moved_to + size
    if not kept or kept[0].start or kept[0].moved_to:
        raise NotStrippable("its header is not mapped")
    return kept


def _moved(start: int, size: int, kept: Sequence[_Kept]) -> int:
    for part in kept:
        if part.holds(start, size):
            return start - part.start + part.moved_to
    raise NotStrippable("a header names what is not mapped")


def _sections(library: bytes, kept: Sequence[_Kept], end: int) -> tuple[bytes, bytes]:
    """The names of the sections and their table, which stand at the end.

    What is gone is left as an empty entry, for symbols name sections by their number.
    """
    (at,) = struct.unpack_from("<Q", library, _SHOFF)
    _, _, count, named_by = struct.unpack_from("<HHHH", library, _COUNTS)
    table = bytearray(count * _SECTION.size)
    names = b""
    for index in range(count):
        fields = list(_SECTION.unpack_from(library, at + index * _SECTION.size))
        if index == named_by:
            names = library[fields[4] : fields[4] + fields[5]]
            fields[4] = end
        elif not fields[2] & _SHF_ALLOC:
            continue
        elif fields[1] != _SHT_NOBITS:
            fields[4] = _moved(fields[4], fields[5], kept)
        _SECTION.pack_into(table, index * _SECTION.size, *fields)
    return names + bytes(-(end + len(names)) % 8), bytes(table)
