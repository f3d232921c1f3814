"""Applies the rules that need no media: candidates in, groups of duplicates and rejections out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import (
    DuplicateGroup,
    group_duplicates,
    no_limit,
)
from tiktok_music.refresh.curation.languages.names import is_unknown_name, iso_639_1
from tiktok_music.refresh.curation.languages.rule import Language, LanguageRule
from tiktok_music.refresh.curation.operator_lists import NO_LISTS, OperatorLists
from tiktok_music.refresh.curation.profanity.rule import ProfanityFilter, judge_profanity
from tiktok_music.refresh.curation.titles.generic_sound import judge_generic_sound
from tiktok_music.refresh.curation.titles.parts import spoken_title
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Options of a deployment: the fallback language, and whether to reject mild words and unnamed
    sounds of users."""

    default_language: str = "en"
    reject_mild_words: bool = False
    reject_generic_sounds: bool = True


@dataclass(frozen=True, slots=True)
class TextRules:
    """The rules with their word lists loaded; `lists` are the operator overrides in force."""

    settings: RuleSettings
    profanity: ProfanityFilter
    language: LanguageRule
    lists: OperatorLists = NO_LISTS

    @classmethod
    def load(cls, settings: RuleSettings) -> "TextRules":
        return cls(
            settings,
            ProfanityFilter.load(with_mild=settings.reject_mild_words),
            LanguageRule.load(default_code=settings.default_language),
        )


@dataclass(frozen=True, slots=True)
class Curation:
    """The results of the rules: one finding per candidate, None for those that stay.

    Each group is one recording, its canonical track first. Candidates have the operator's titles.
    """

    candidates: tuple[Candidate, ...]
    findings: tuple[Finding | None, ...]
    groups: tuple[DuplicateGroup, ...]
    unknown_languages: tuple[str, ...]

    def rejections(self) -> tuple[Rejection, ...]:
        """The candidates with a finding."""
        judged = zip(self.candidates, self.findings, strict=True)
        return tuple(Rejection.of(candidate, finding) for candidate, finding in judged if finding)


NOTHING_WITHDRAWN: Mapping[str, Finding] = {}


def curate(
    candidates: Sequence[Candidate],
    rules: TextRules,
    withdrawn: Mapping[str, Finding] = NOTHING_WITHDRAWN,
    off_chart: Sequence[Candidate] = (),
    check_time: Callable[[], None] = no_limit,
) -> Curation:
    """Applies the operator's titles, judges every candidate, then groups those that stay.

    Duplicates are found by upstream's titles: a new title does not part the uploads of a recording.
    A hostile row takes 50 ms, a chart of them longer than a run: `check_time` is called for each
    row and may raise.

    Withdrawn sounds, retired (`withdrawn`, by TikTok id) or denied, take part in grouping and
    take their group with them: another upload of the recording is not listed in their place.
    `off_chart` are withdrawn sounds that are not on the chart.
    """
    renamed = tuple(rules.lists.renamed(candidate) for candidate in candidates)
    findings: dict[str, Finding | None] = {}
    for each in renamed:
        check_time()
        findings[each.tiktok_id] = withdrawn.get(each.tiktok_id) or judge_text(each, rules)
    denied = {key: each for key, each in findings.items() if each and _is_denied(each)}
    blocked = {**withdrawn, **denied}
    grouped = [
        each for each in candidates if findings[each.tiktok_id] is None or each.tiktok_id in blocked
    ]
    renamed_from = dict(zip(map(id, candidates), renamed, strict=True))
    groups = []
    for found in group_duplicates([*grouped, *off_chart], check_time):
        members = (renamed_from.get(id(each), each) for each in found.members)
        group = replace(found, members=tuple(members))
        cause = next((each for each in group.members if each.tiktok_id in blocked), None)
        if cause is None:
            groups.append(group)
            continue
        for member in group.members:
            finding = _duplicate_of(cause, blocked[cause.tiktok_id])
            findings[member.tiktok_id] = blocked.get(member.tiktok_id, finding)
    names = {candidate.language_name for candidate in renamed}
    return Curation(
        candidates=renamed,
        findings=tuple(findings[candidate.tiktok_id] for candidate in renamed),
        groups=tuple(groups),
        unknown_languages=tuple(sorted(name for name in names if name and is_unknown_name(name))),
    )


def _is_denied(finding: Finding) -> bool:
    return finding.reason is RejectionReason.DENIED


def _duplicate_of(cause: Candidate, finding: Finding) -> Finding:
    return Finding(finding.reason, f"a duplicate of {cause.track_id}, {finding.detail}")


def judge_text(candidate: Candidate, rules: TextRules) -> Finding | None:
    """The finding of the first rule that rejects a candidate by its metadata, or None."""
    return (
        rules.lists.judge_denied(candidate)
        or judge_availability(candidate)
        or (None if rules.lists.allows(candidate) else _judge_words(candidate, rules))
    )


def _judge_words(candidate: Candidate, rules: TextRules) -> Finding | None:
    generic = judge_generic_sound(candidate) if rules.settings.reject_generic_sounds else None
    return generic or judge_profanity(candidate, rules.profanity)


def judge_availability(candidate: Candidate) -> Finding | None:
    """Rejects sounds that upstream took down, muted or closed for re-use."""
    if candidate.takedown is None:
        return None
    return Finding(RejectionReason.UNAVAILABLE, f"unavailable upstream: {candidate.takedown}")


def language_of(candidate: Candidate, rules: TextRules) -> Language:
    """The language of a candidate: upstream's value; otherwise that of its title."""
    name = candidate.language_name
    title = candidate.title if name and iso_639_1(name) else spoken_title(candidate.title)
    return rules.language.identify(title, name)
