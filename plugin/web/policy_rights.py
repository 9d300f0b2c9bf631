"""Who may see the policy pages, and who may change what they show."""

from plugin.models import Role
from plugin.web.doors import open_to

open_to_readers = open_to(
    Role.LEAD,
    Role.ADMIN,
    Role.AUDITOR,
    otherwise="The policies are shown to leads, admins and auditors.",
)
open_to_editors = open_to(
    Role.ADMIN, otherwise="Only an admin changes the policies. Nothing was changed."
)
