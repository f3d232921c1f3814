"""Groups duplicates, with the evidence for each.

The same recording with different credits, casing, script, remarks ("2011 Remaster", "Official
Audio", "Explicit") or clip length is a duplicate. A different version (remix, sped up, live, cover,
language), guest, number or user's original sound is a different track.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.blocks import Block, find_blocks
from tiktok_music.refresh.curation.duplicates.description import Description, describe
from tiktok_music.refresh.curation.duplicates.profile import Profile
from tiktok_music.refresh.curation.titles.parts import parse_title

# Clusters of one block that a candidate is compared with; no real chart has more.
_MOST_CLUSTERS = 50
# Versions whose audio has another fingerprint: if fingerprints match, a title that lacks such a tag
# was only edited. Fingerprints do not detect changes over the same backing (instrumental, reverb,
# re-recorded): there, titles decide.
_CHANGE_THE_FINGERPRINT = (
    "sped up", "super sped up", "slowed", "super slowed", "ultra slowed", "nightcore", "daycore",
    "remix", "live", "acoustic", "piano", "guitar", "strings", "orchestral", "music box", "8 bit",
    "edit", "tiktok edit", "phonk", "house", "hardstyle", "techno", "drill", "jersey club",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Candidates that are one recording, the canonical track first.

    They are ordered by user count, highest first, then by TikTok id as a number, lowest first.
    `evidence` says, for each id but the canonical one, why it is a duplicate ("same title and
    artist"); a repeated row of the canonical id is there as "same TikTok id". `work_key` is shared
    by all versions of a work.
    """

    members: tuple[Candidate, ...]
    evidence: Mapping[str, str]
    work_key: str

    @property
    def canonical(self) -> Candidate:
        """The member that is listed in the catalog."""
        return self.members[0]


def is_by_title(evidence: str) -> bool:
    """True for evidence from titles and names, which the sound may contradict."""
    return evidence.startswith(("same title", "same words in the title", "similar title"))


def no_limit() -> None:
    """Ends nothing: for callers without a limit of time."""


def group_duplicates(
    candidates: Sequence[Candidate], check_time: Callable[[], None] = no_limit
) -> tuple[DuplicateGroup, ...]:
    """Puts every candidate in exactly one group; groups are in the order of their canonical tracks.

    The groups do not depend on the order of the candidates. Time is nearly linear in their number;
    `check_time` is called often and may raise.
    """
    appearance: dict[Candidate, int] = {}
    for position, candidate in enumerate(candidates):
        appearance.setdefault(candidate, position)
    ranked = sorted(candidates, key=_rank)
    descriptions = []
    for candidate in ranked:
        check_time()
        descriptions.append(describe(candidate))
    clusters = _Clusters(descriptions)
    for block in find_blocks(clusters.descriptions):
        check_time()
        clusters.join(block)
    return tuple(sorted(clusters.groups(), key=lambda group: appearance[group.canonical]))


def join_groups(
    groups: Sequence[DuplicateGroup], pairs: Iterable[tuple[str, str, str]]
) -> tuple[DuplicateGroup, ...]:
    """Joins groups by pairs of TikTok ids with their evidence, as found by fingerprint.

    Matching audio overrides a tag that changes the fingerprint ("sped up"), but no tag that it
    cannot detect ("instrumental", "reverb"). Unknown ids are ignored.
    """
    home = {
        member.tiktok_id: index for index, group in enumerate(groups) for member in group.members
    }
    joined = dict(enumerate(groups))
    parts = {index: [index] for index in joined}  # shared by the indices of one joined group
    for first_id, second_id, evidence in sorted(pairs):
        if first_id not in home or second_id not in home:
            continue
        index, other = home[first_id], home[second_id]
        first, second = joined[index], joined[other]
        if first is second or _are_other_versions(first, second):
            continue
        united = parts[index] + parts[other]
        union = _united(first, second, evidence)
        joined |= dict.fromkeys(united, union)
        parts |= dict.fromkeys(united, united)
    return _once_each(groups, joined)


def _once_each(
    groups: Sequence[DuplicateGroup], joined: Mapping[int, DuplicateGroup]
) -> tuple[DuplicateGroup, ...]:
    """Each joined group once, at the position of its canonical track."""
    return tuple(
        joined[index]
        for index, group in enumerate(groups)
        if joined[index].canonical == group.canonical
    )


def _united(first: DuplicateGroup, second: DuplicateGroup, evidence: str) -> DuplicateGroup:
    members = tuple(sorted(first.members + second.members, key=_rank))
    group, other = (first, second) if members[0] == first.canonical else (second, first)
    joined = {**other.evidence, other.canonical.tiktok_id: evidence, **group.evidence}
    return DuplicateGroup(members, joined, group.work_key)


def _are_other_versions(first: DuplicateGroup, second: DuplicateGroup) -> bool:
    """True if the titles name different versions that a fingerprint cannot tell apart."""
    tags = (
        parse_title(first.canonical.title).versions ^ parse_title(second.canonical.title).versions
    )
    return any(tag.partition(":")[0] not in _CHANGE_THE_FINGERPRINT for tag in tags)


def _rank(candidate: Candidate) -> tuple[int, int, str, str, str, str, float]:
    tiktok_id = candidate.tiktok_id
    text = (candidate.title, candidate.author, candidate.album)
    return (-candidate.user_count, len(tiktok_id), tiktok_id, *text, candidate.duration_seconds)


class _Clusters:
    """Union-find over positions that records the evidence of each union."""

    def __init__(self, descriptions: list[Description]) -> None:
        self.descriptions = descriptions
        self._parents = list(range(len(descriptions)))
        self._profiles = [Profile.of(description) for description in descriptions]
        self._joints: list[list[tuple[int, str]]] = [[] for _ in descriptions]

    def join(self, block: Block) -> None:
        """Joins each member to the first cluster of the block that allows it."""
        representatives: list[int] = []
        for member in block.members:
            for other in representatives[:_MOST_CLUSTERS]:
                if self._unite(other, member, block):
                    break
            else:
                representatives.append(member)

    def groups(self) -> Iterator[DuplicateGroup]:
        """Yields the clusters, each with its canonical track (the lowest position) first."""
        clusters: dict[int, list[int]] = {}
        for position in range(len(self._parents)):
            clusters.setdefault(self._root(position), []).append(position)
        for positions in clusters.values():
            members = tuple(self.descriptions[position].candidate for position in positions)
            work_key = self.descriptions[positions[0]].work_key
            yield DuplicateGroup(members, self._evidence(positions[0]), work_key)

    def _unite(self, first: int, second: int, block: Block) -> bool:
        first_root, second_root = sorted((self._root(first), self._root(second)))
        if first_root == second_root:
            return True
        profile, other = self._profiles[first_root], self._profiles[second_root]
        if not profile.allows(other, block.trust):
            return False
        profile.add(other)
        self._parents[second_root] = first_root
        self._joints[first].append((second, block.evidence))
        self._joints[second].append((first, block.evidence))
        return True

    def _root(self, position: int) -> int:
        while self._parents[position] != position:
            self._parents[position] = self._parents[self._parents[position]]
            position = self._parents[position]
        return position

    def _evidence(self, canonical: int) -> dict[str, str]:
        """Evidence of each member: that of the last union on the path from the canonical to it."""
        evidence: dict[str, str] = {}
        seen, reached = {canonical}, deque([canonical])
        while reached:
            for other, joint in self._joints[reached.popleft()]:
                if other not in seen:
                    seen.add(other)
                    reached.append(other)
                    evidence.setdefault(self.descriptions[other].candidate.tiktok_id, joint)
        return evidence
