"""Stripped libraries: smaller files with the same mapped content."""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from av.video import frame
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from PIL import _imaging

from tools.packaging.strip_library import NotStrippable, stripped

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux are ELF")
FILES = [Path(frame.__file__ or ""), Path(_imaging.__file__ or "")]


@dataclass(frozen=True)
class Segment:
    """A mapped part of a file; ELF header and program headers are zeroed."""

    address: int
    flags: int
    memory_size: int
    content: bytes


def mapped(library: bytes) -> list[Segment]:
    file = ELFFile(io.BytesIO(library))
    header_end = file["e_phoff"] + file["e_phnum"] * file["e_phentsize"]
    masked = bytearray(library)
    masked[: file["e_ehsize"]] = bytes(file["e_ehsize"])
    masked[file["e_phoff"] : header_end] = bytes(header_end - file["e_phoff"])
    return [
        Segment(
            part["p_vaddr"],
            part["p_flags"],
            part["p_memsz"],
            bytes(masked[part["p_offset"] : part["p_offset"] + part["p_filesz"]]),
        )
        for part in file.iter_segments("PT_LOAD")
    ]


def dynamic_symbols(library: bytes) -> list[str]:
    section = ELFFile(io.BytesIO(library)).get_section_by_name(".dynsym")
    assert isinstance(section, SymbolTableSection)
    return [symbol.name for symbol in section.iter_symbols()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_mapped_content_stays_byte_for_byte(path: Path) -> None:
    whole = path.read_bytes()

    small = stripped(whole)

    assert mapped(small) == mapped(whole)
    assert dynamic_symbols(small) == dynamic_symbols(whole)
    assert len(small) < len(whole)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_page_keeps_its_offset_modulo_the_alignment(path: Path) -> None:
    file = ELFFile(io.BytesIO(stripped(path.read_bytes())))

    for part in file.iter_segments("PT_LOAD"):
        assert (part["p_vaddr"] - part["p_offset"]) % part["p_align"] == 0
        assert part["p_align"] >= 4096


def test_stripping_twice_changes_nothing_more() -> None:
    once = stripped(FILES[0].read_bytes())

    assert len(stripped(once)) == len(once)


@pytest.mark.parametrize("library", [b"", b"not a library", b"\x7fELF\x01\x01" + bytes(60)])
def test_a_file_that_is_not_a_64_bit_library_is_refused(library: bytes) -> None:
    with pytest.raises(NotStrippable, match="64 bits"):
        stripped(library)


def test_a_library_that_maps_nothing_is_refused() -> None:
    with pytest.raises(NotStrippable, match="header is not mapped"):
        stripped(b"\x7fELF\x02\x01" + bytes(120))
