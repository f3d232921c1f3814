"""A cache of bounded size."""

from tiktok_music.api.bounded_cache import BoundedCache


def test_the_least_recently_used_value_is_evicted() -> None:
    cache = BoundedCache[int](2)
    cache.save("a", 1)
    cache.save("b", 2)
    assert (cache.get("a"), cache["a"]) == (1, 1)

    cache.save("c", 3)

    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_a_value_saved_again_is_the_newest() -> None:
    cache = BoundedCache[int](2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        cache.save(key, value)

    assert [cache.get(key) for key in "abc"] == [3, None, 4]


def test_a_removed_value_is_gone_and_may_be_removed_again() -> None:
    cache = BoundedCache[int](2)
    cache.save("a", 1)

    cache.remove("a")
    cache.remove("a")

    assert (cache.get("a"), len(cache)) == (None, 0)
