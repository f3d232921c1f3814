"""Groups the candidates that are one recording, and says what joined each of them.

The same recording under other credits, casing, script, remarks ("2011 Remaster", "Official
Audio", "Explicit") or clip length is a duplicate. Another version (remix, sped up, live, cover,
language), another guest, another number or another user's own sound is another track.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.blocks import Block, find_blocks
from tiktok_music.refresh.curation.duplicates.description import Description, describe
from tiktok_music.refresh.curation.duplicates.profile import Profile
from tiktok_music.refresh.curation.titles.parts import parse_title

# Clusters of one block that a candidate is tried against; more only a made-up chart has.
_MOST_CLUSTERS = 50
# What changes the sound so that a fingerprint would not have matched. When it did match, a title
# that lacks such a tag is a retitle. Backing that stays (instrumental, reverb, re-recorded) is
# not heard by a fingerprint: there the titles are believed.
_HEARD_BY_FINGERPRINT = (
    "sped up", "super sped up", "slowed", "super slowed", "ultra slowed", "nightcore", "daycore",
    "remix", "live", "acoustic", "piano", "guitar", "strings", "orchestral", "music box", "8 bit",
    "edit", "tiktok edit", "phonk", "house", "hardstyle", "techno", "drill", "jersey club",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Candidates that are one recording: the canonical first, the rest in the same order.

    The order is the highest user count, then the lowest TikTok id as a number. `evidence` has, for
    each id but the canonical's, what joined it ("same title and artist"); a repeated id of the
    canonical is there as "same TikTok id". `work_key` groups the versions of one work.
    """

    members: tuple[Candidate, ...]
    evidence: Mapping[str, str]
    work_key: str

    @property
    def canonical(self) -> Candidate:
        """The member that stays in the catalog."""
        return self.members[0]


def group_duplicates(candidates: Sequence[Candidate]) -> tuple[DuplicateGroup, ...]:
    """Every candidate in exactly one group, in the order in which the canonicals appear.

    The same candidates in another order give the same groups. Near linear in their number.
    """
    appearance: dict[Candidate, int] = {}
    for position, candidate in enumerate(candidates):
        appearance.setdefault(candidate, position)
    ranked = sorted(candidates, key=_rank)
    clusters = _Clusters([describe(candidate) for candidate in ranked])
    for block in find_blocks(clusters.descriptions):
        clusters.join(block)
    return tuple(sorted(clusters.groups(), key=lambda group: appearance[group.canonical]))


def join_groups(
    groups: Sequence[DuplicateGroup], pairs: Iterable[tuple[str, str, str]]
) -> tuple[DuplicateGroup, ...]:
    """Joins groups by pairs of TikTok ids with their evidence, found otherwise: by fingerprint.

    Audio is believed over a title that lacks a tag which changes the sound ("sped up"), but not
    over tags that a fingerprint cannot hear ("instrumental", "reverb"). Unknown ids are ignored.
    """
    home = {
        member.tiktok_id: index for index, group in enumerate(groups) for member in group.members
    }
    joined = dict(enumerate(groups))
    for first_id, second_id, evidence in sorted(pairs):
        if first_id not in home or second_id not in home:
            continue
        first, second = joined[home[first_id]], joined[home[second_id]]
        if first is second or _sound_apart(first, second):
            continue
        union = _united(first, second, evidence)
        for index, group in joined.items():
            if group is first or group is second:
                joined[index] = union
    return _once_each(groups, joined)


def _once_each(
    groups: Sequence[DuplicateGroup], joined: Mapping[int, DuplicateGroup]
) -> tuple[DuplicateGroup, ...]:
    """Each group where its canonical's group stood."""
    return tuple(
        joined[index]
        for index, group in enumerate(groups)
        if joined[index].canonical == group.canonical
    )


def _united(first: DuplicateGroup, second: DuplicateGroup, evidence: str) -> DuplicateGroup:
    members = tuple(sorted(first.members + second.members, key=_rank))
    kept, lost = (first, second) if members[0] == first.canonical else (second, first)
    joined = {**lost.evidence, lost.canonical.tiktok_id: evidence, **kept.evidence}
    return DuplicateGroup(members, joined, kept.work_key)


def _sound_apart(first: DuplicateGroup, second: DuplicateGroup) -> bool:
    """Whether titles name different versions in a way that matching audio does not refute."""
    tags = (
        parse_title(first.canonical.title).versions ^ parse_title(second.canonical.title).versions
    )
    return any(tag.partition(":")[0] not in _HEARD_BY_FINGERPRINT for tag in tags)


def _rank(candidate: Candidate) -> tuple[int, int, str, str, str, str, float]:
    tiktok_id = candidate.tiktok_id
    text = (candidate.title, candidate.author, candidate.album)
    return (-candidate.user_count, len(tiktok_id), tiktok_id, *text, candidate.duration_seconds)


class _Clusters:
    """Union-find over positions; remembers which evidence joined which two."""

    def __init__(self, descriptions: list[Description]) -> None:
        self.descriptions = descriptions
        self._parents = list(range(len(descriptions)))
        self._profiles = [Profile.of(description) for description in descriptions]
        self._joints: list[list[tuple[int, str]]] = [[] for _ in descriptions]

    def join(self, block: Block) -> None:
        """Joins each member to the first cluster of the block that it does not contradict."""
        representatives: list[int] = []
        for member in block.members:
            for other in representatives[:_MOST_CLUSTERS]:
                if self._unite(other, member, block):
                    break
            else:
                representatives.append(member)

    def groups(self) -> Iterator[DuplicateGroup]:
        """The clusters, each with its canonical (the lowest position) first."""
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
        kept, lost = self._profiles[first_root], self._profiles[second_root]
        if not kept.allows(lost, block.trust):
            return False
        kept.add(lost)
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
        """What joined each member, on the way from the canonical to it."""
        evidence: dict[str, str] = {}
        seen, reached = {canonical}, deque([canonical])
        while reached:
            for other, joint in self._joints[reached.popleft()]:
                if other not in seen:
                    seen.add(other)
                    reached.append(other)
                    evidence.setdefault(self.descriptions[other].candidate.tiktok_id, joint)
        return evidence
