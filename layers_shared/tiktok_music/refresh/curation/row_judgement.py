"""What the rules that need no media say of each row of a chart, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.languages.rule import Language
from tiktok_music.refresh.curation.text_rules import TextRules, curate, language_of
from tiktok_music.refresh.rejection import Finding, Rejection


@dataclass(frozen=True, slots=True)
class Judgement:
    """One row's verdict: a finding rejects it, `merged_into` names the track it is a double of.

    The language of a row that could not be read is that of what names it has.
    """

    tiktok_id: str | None
    title: str
    author: str
    language: Language
    finding: Finding | None = None
    merged_into: str | None = None
    evidence: str | None = None

    @property
    def verdict(self) -> str:
        """`rejected`, `merged` or `accepted`."""
        if self.finding is not None:
            return "rejected"
        return "merged" if self.merged_into is not None else "accepted"


def judge_rows(rows: Sequence[Candidate | Rejection], rules: TextRules) -> list[Judgement]:
    """A judgement for every row, in order; the rows are one catalog."""
    candidates = [row for row in rows if isinstance(row, Candidate)]
    judged = iter(_judge_candidates(candidates, rules))
    return [
        next(judged)
        if isinstance(row, Candidate)
        else Judgement(
            row.tiktok_id,
            row.title,
            row.author,
            rules.language.identify(row.title, None),
            row.finding,
        )
        for row in rows
    ]


def _judge_candidates(candidates: Sequence[Candidate], rules: TextRules) -> list[Judgement]:
    curation = curate(candidates, rules)
    groups = {member.tiktok_id: group for group in curation.groups for member in group.members}
    taken: set[str] = set()
    judgements = []
    for candidate, finding in zip(curation.candidates, curation.findings, strict=True):
        group = groups[candidate.tiktok_id] if finding is None else None
        survivor = group.survivor if group else candidate
        is_survivor = candidate == survivor and candidate.tiktok_id not in taken
        if group is not None and is_survivor:
            taken.add(candidate.tiktok_id)
        judgements.append(
            Judgement(
                candidate.tiktok_id,
                candidate.title,
                candidate.author,
                language_of(candidate, rules),
                finding,
                merged_into=None if is_survivor or finding else survivor.tiktok_id,
                evidence=group.evidence.get(candidate.tiktok_id) if group else None,
            )
        )
    return judgements
