"""The pace of the job machinery: every lease, wait and patience it has, in one place.

Three numbers are facts about the world and no settings: how long a look and a write in a helpdesk
may take (`connectors` cuts them off there), and how soon the sweep alone must have healed what a
killed worker left. The rest is checked against them.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

LOOK_SECONDS = 20.0
WRITE_SECONDS = 18.0
HEALING_SECONDS = 60.0
# A worker that misses one beat, or two, is slow and not dead.
_BEATS_MISSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the job machinery beats, waits and gives up. All in seconds.

    Attributes:
        poll: A worker looks for jobs this often. A look costs some milliseconds of a core, and a
            customer's message waits for one until its note stands.
        poll_swept: It looks for jobs that the sweep asked for this often: there is no hurry.
        beat: It renews its lease this often.
        silent: After so long without a beat it is taken for dead.
        sweep: Rows that were left behind are looked for this often.
        overdue: A row is left behind when its job should have run so long ago. What a living
            worker still does is guarded by claims, so driving it on twice changes nothing.
        event_lease: How long one worker has an event for itself.
        claim_lease: How long one worker has an effect for itself. Longer than a look and a write
            together, so that a claim that has run out belongs to a worker that is no longer
            calling.
        first_delay: The wait after a first failure; it doubles with each further one.
        longest_delay: Where the doubling ends.
        read_again: The wait where the ticket could not be read before a reply, at the least.
        reply_patience: An approved reply that could not go out for so long is shown to a person.
        patience: A note or a change of tags is tried for so long: an outage loses none.
        reconcile: What the helpdesk says happened is compared with what it told, this often.
        forget: Finished jobs are deleted this often.
        kept: What is deleted ended so long ago.
        times: How many times faster than the world this is: 1 wherever it counts.

    Raises:
        ValueError: The numbers contradict each other.
    """

    poll: float = 0.1
    poll_swept: float = 1.0
    beat: float = 2.0
    silent: float = 12.0
    sweep: float = 5.0
    overdue: float = 10.0
    event_lease: float = 30.0
    claim_lease: float = 40.0
    first_delay: float = 2.0
    longest_delay: float = 300.0
    read_again: float = 60.0
    reply_patience: float = 3 * 3600.0
    patience: float = 3 * 86400.0
    reconcile: float = 300.0
    forget: float = 600.0
    kept: float = 3600.0
    times: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"{field.name}: expected more than 0 seconds")
        calling = (LOOK_SECONDS + WRITE_SECONDS) / self.times
        for broken, expected in (
            (self.beat * _BEATS_MISSED > self.silent, "silent: expected three beats or more"),
            (self.claim_lease < calling, f"claim_lease: a look and a write take up to {calling} s"),
            (self.healed_within > HEALING_SECONDS / self.times, "leases: the sweep heals too late"),
            (self.first_delay > self.longest_delay, "first_delay: longer than longest_delay"),
            (self.poll >= self.overdue, "overdue: no worker has looked for the job by then"),
        ):
            if broken:
                raise ValueError(expected)

    @classmethod
    def for_tests(cls, times: float, **changes: Any) -> Self:
        """Everything so many times faster, the world included.

        The one thing relaxed: helpdesks are taken to answer as many times faster too, though the
        limits in `connectors` stay. It holds for the sandbox beside the test and nowhere else.
        """
        faster = {
            field.name: getattr(cls(), field.name) / times
            for field in fields(cls)
            if field.name not in ("poll", "times")
        }
        return cls(**{**faster, "times": times, **changes})

    @property
    def write(self) -> float:
        """The longest a write in a helpdesk may take."""
        return WRITE_SECONDS / self.times

    @property
    def healed_within(self) -> float:
        """When the sweep has taken up what a killed worker had claimed, at the latest."""
        lease = max(self.event_lease, self.claim_lease)
        return lease + self.overdue + self.sweep + self.poll_swept

    def back_off(self, attempts: int) -> float:
        """How long to wait after so many attempts before this one."""
        return float(min(self.first_delay * 2 ** min(attempts, 10), self.longest_delay))
