"""Strips a shared library of what only debuggers and linkers read.

`strip` supports only the processor of its own machine, and the Lambda's is mostly another one. What
a process maps stays the same, byte for byte and at its address; the rest of the file (symbols,
debug information) goes, and the mapped parts move together.
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
    """Raised when a library has a layout that this module does not support."""


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A mapped part of the file, and its new offset."""

    start: int
    end: int
    moved_to: int

    def contains(self, start: int, size: int) -> bool:
        return self.start <= start and start + size <= self.end


def stripped(library: bytes) -> bytes:
    """The library with its mapped parts only; raises NotStrippable if the layout is unknown."""
    if not library.startswith(_ELF64_LITTLE):
        raise NotStrippable("not a little-endian ELF file of 64 bits")
    (program_at,) = struct.unpack_from("<Q", library, _PHOFF)
    (programs,) = struct.unpack_from("<H", library, _COUNTS)
    headers = [
        _with_small_pages(library, _PROGRAM.unpack_from(library, at))
        for at in range(program_at, program_at + programs * _PROGRAM.size, _PROGRAM.size)
    ]
    parts = _mapped_parts(headers)
    image = bytearray(parts[-1].moved_to + parts[-1].end - parts[-1].start)
    for part in parts:
        image[part.moved_to : part.moved_to + part.end - part.start] = library[
            part.start : part.end
        ]
    new_program_at = _moved(program_at, programs * _PROGRAM.size, parts)
    for index, (kind, flags, offset, *rest) in enumerate(headers):
        moved = _moved(offset, rest[2], parts) if rest[2] else offset
        _PROGRAM.pack_into(image, new_program_at + index * _PROGRAM.size, kind, flags, moved, *rest)
    struct.pack_into("<Q", image, _PHOFF, new_program_at)
    names, table = _sections(library, parts, len(image))
    struct.pack_into("<Q", image, _SHOFF, len(image) + len(names))
    return min(library, bytes(image) + names + table, key=len)


def _with_small_pages(library: bytes, header: tuple[int, ...]) -> tuple[int, ...]:
    (machine,) = struct.unpack_from("<H", library, _MACHINE)
    if machine != _X86_64 or header[0] != _PT_LOAD:
        return header
    return (*header[:-1], min(header[-1], _X86_64_PAGE))


def _mapped_parts(headers: Sequence[tuple[int, ...]]) -> list[_Mapped]:
    """The mapped parts in file order; each page keeps its offset modulo the alignment."""
    parts: list[_Mapped] = []
    end = 0
    for kind, _, offset, address, _, size, _, align in sorted(headers, key=lambda h: h[2]):
        if kind != _PT_LOAD or not size:
            continue
        if parts and offset < parts[-1].end:
            raise NotStrippable("its segments overlap in the file")
        moved_to = end + (address - end) % align
        parts.append(_Mapped(offset, offset + size, moved_to))
        end = moved_to + size
    if not parts or parts[0].start or parts[0].moved_to:
        raise NotStrippable("its header is not mapped")
    return parts


def _moved(start: int, size: int, parts: Sequence[_Mapped]) -> int:
    for part in parts:
        if part.contains(start, size):
            return start - part.start + part.moved_to
    raise NotStrippable("a header refers to a part that is not mapped")


def _sections(library: bytes, parts: Sequence[_Mapped], end: int) -> tuple[bytes, bytes]:
    """The section names and the section table, which end the file.

    A removed section becomes an empty entry, because symbols refer to sections by number.
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
            fields[4] = _moved(fields[4], fields[5], parts)
        _SECTION.pack_into(table, index * _SECTION.size, *fields)
    return names + bytes(-(end + len(names)) % 8), bytes(table)
