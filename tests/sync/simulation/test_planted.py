"""The checker is checked: each bug that is planted into the program is found, by a seed that is known to find it."""

from __future__ import annotations

import pytest

from tests.sync.simulation import planted
from tests.sync.simulation.world import run

FOUND_BY: dict[str, int] = {
    "cadre_gets_everything": 0,
    "conflict_not_shown": 0,
    "cursor_without_its_page": 0,
    "digest_not_kept_up": 0,
    "edit_overwrites_one_head": 0,
    "erased_body_offered_again": 1,
    "erased_body_stays_in_a_page": 1,
    "erased_body_taken_late": 0,
    "erasure_not_passed_on": 1,
    "erasures_not_given_back": 2,
    "fork_not_noticed": 1,
    "held_counts_as_received": 0,
    "issued_again_as_it_was": 12,
    "issued_twice": 4,
    "lost_head": 0,
    "new_identity_loses_one": 1,
    "old_page_kept_after_an_erasure": 100,
    "outbox_skips_the_last": 1,
    "prefix_of_another_joined": 0,
    "receipt_for_more_than_came": 0,
    "received_when_sent": 3,
    "released_without_a_place": 4,
    "revoked_writes_on": 0,
    "role_not_told": 5,
    "roll_back_not_noticed": 2,
    "scope_of_a_withdrawn_visit": 3,
    "stale_epoch_believed": 2,
    "stamps_without_a_limit": 0,
    "unknown_field_forgotten": 0,
}
"""As `make soak-planted` tells them; where the plan of runs changes, so do these."""


@pytest.mark.parametrize("bug", sorted(FOUND_BY))
def test_a_planted_bug_is_found(bug):
    with planted.sown(bug):
        assert run(FOUND_BY[bug]).complaints != []


def test_twenty_five_bugs_at_least_are_planted_and_found():
    assert FOUND_BY.keys() <= planted.BUGS.keys()
    assert len(FOUND_BY) >= 25
