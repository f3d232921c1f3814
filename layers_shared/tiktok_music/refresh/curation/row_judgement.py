"""Judges each row of a list by the rules that need no media, for previews."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.curation.languages.rule import Language
from tiktok_music.refresh.curation.text_rules import TextRules, curate, language_of
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict


class JudgedRow(NamedTuple):
    """A row's verdict and language; an unreadable row has the language of its title, if any."""

    verdict: RowVerdict
    language: Language


def judge_rows(rows: Sequence[Candidate | Rejection], rules: TextRules) -> list[JudgedRow]:
    """Judges the rows as one catalog; returns one result per row, in order."""
    judged = _judge([row for row in rows if isinstance(row, Candidate)], rules)
    return [next(judged) if isinstance(row, Candidate) else _rejected(row, rules) for row in rows]


def _rejected(row: Rejection, rules: TextRules) -> JudgedRow:
    return JudgedRow(RowVerdict.of_rejection(row), rules.language.identify(row.title, None))


def _judge(candidates: Sequence[Candidate], rules: TextRules) -> Iterator[JudgedRow]:
    curation = curate(candidates, rules)
    groups = {member.tiktok_id: group for group in curation.groups for member in group.members}
    listed: set[str] = set()
    for candidate, finding in zip(curation.candidates, curation.findings, strict=True):
        language = language_of(candidate, rules)
        if finding is not None:
            rejection = Rejection.of(candidate, finding)
            yield JudgedRow(RowVerdict.of_rejection(rejection), language)
            continue
        verdict = _in_group(candidate, groups[candidate.tiktok_id], listed)
        if verdict.status is RowStatus.ACCEPTED:
            listed.add(candidate.tiktok_id)
        yield JudgedRow(verdict, language)


def _in_group(candidate: Candidate, group: DuplicateGroup, listed: set[str]) -> RowVerdict:
    """The verdict by group; a later row of a listed id is a duplicate of it."""
    canonical = group.canonical
    if candidate == canonical and candidate.tiktok_id not in listed:
        return RowVerdict.of(candidate, RowStatus.ACCEPTED)
    return RowVerdict(
        candidate.tiktok_id,
        candidate.title,
        candidate.author,
        RowStatus.DUPLICATE,
        duplicate_of=canonical.tiktok_id,
        evidence=group.evidence.get(candidate.tiktok_id),
    )
