"""Two admins who send each other away at once: one of them stays."""

from plugin import onboarding
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.staff import changes
from plugin.store import people
from plugin.store.scope import Scope
from tests.bench.world import Bench
from tests.store.support import all_at_once

EACH = 4


def test_however_many_leave_at_once_an_admin_stays(bench: Bench) -> None:
    scope = Scope(onboarding.add_merchant(bench.runtime, "Harbour Books"))
    ids = [
        changes.add(
            bench.runtime,
            scope,
            "command",
            f"{number}@harbour.example",
            changes.Rights(f"Admin {number}", Role.ADMIN),
        )
        for number in range(2 * EACH)
    ]

    def leave(number: int) -> bool:
        try:
            if number < EACH:
                changes.deactivate(bench.runtime, scope, "command", ids[number])
            else:
                lead = changes.Rights(f"Admin {number}", Role.LEAD)
                changes.change(bench.runtime, scope, "command", ids[number], lead)
        except InvalidInputError:
            return False
        return True

    left = all_at_once(leave, threads=2 * EACH)
    assert left.count(False) == 1
    with bench.runtime.database.read() as session:
        roles = [person.role for person in people.everybody(session, scope)]
    assert roles.count(Role.ADMIN) == 1
