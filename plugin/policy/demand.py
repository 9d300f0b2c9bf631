"""What somebody demands of a draft, and how demands are put together."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from plugin.models import Oversight, Role
from plugin.policy.model import SignOff

SIGNERS = (Role.AGENT, Role.LEAD, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Demand:
    """An oversight with its reason, by a policy, the default or a built-in rule."""

    oversight: Oversight
    because: str
    sign_off: SignOff = field(default_factory=SignOff)


def combined(sign_offs: Iterable[SignOff], *, default_deadline: int) -> SignOff:
    """What satisfies every one of `sign_offs`, of which there is at least one.

    The most approvals, the roles that each of them lets sign, the shortest deadline, the highest
    role to escalate to. `default_deadline`, in seconds, is for those that name none.
    """
    every = tuple(sign_offs)
    lowest = max(min(map(SIGNERS.index, one.approvers)) for one in every)
    return SignOff(
        approvers=SIGNERS[lowest:],
        approvals=max(one.approvals for one in every),
        deadline=min(one.deadline or default_deadline for one in every),
        escalate_to=max(
            (one.escalate_to for one in every if one.escalate_to),
            key=SIGNERS.index,
            default=None,
        ),
    )


def may_sign(role: Role, sign_off: SignOff) -> bool:
    """A higher role may sign for a lower one."""
    return any(role.may_sign_for(approver) for approver in sign_off.approvers)
