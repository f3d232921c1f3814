"""Applies the rules that need no media: candidates in, groups of duplicates and rejections out."""

from collections.abc import Sequence
from dataclasses import dataclass

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup, group_duplicates
from tiktok_music.refresh.curation.languages.names import is_unknown_name
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


def curate(candidates: Sequence[Candidate], rules: TextRules) -> Curation:
    """Applies the operator's titles, judges every candidate, then groups those that stay."""
    renamed = tuple(rules.lists.renamed(candidate) for candidate in candidates)
    findings = tuple(judge_text(candidate, rules) for candidate in renamed)
    judged = zip(renamed, findings, strict=True)
    names = {candidate.language_name for candidate in renamed}
    return Curation(
        candidates=renamed,
        findings=findings,
        groups=group_duplicates([candidate for candidate, finding in judged if finding is None]),
        unknown_languages=tuple(sorted(name for name in names if name and is_unknown_name(name))),
    )


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
    return rules.language.identify(spoken_title(candidate.title), candidate.language_name)
