"""Who may see the policy pages, and who may change what they show."""

from plugin.errors import ForbiddenError
from plugin.web.sign_in import SignedIn, signed_in

_NO_READER = "The policies are shown to leads, admins and auditors."
_NO_EDITOR = "Only an admin changes the policies. Nothing was changed."


def policy_reader() -> SignedIn:
    """Who is signed in, if they may read the policies.

    Raises:
        UnauthenticatedError: Nobody is.
        ForbiddenError: They may not.
    """
    who = signed_in()
    if not who.may_read_policies:
        raise ForbiddenError(_NO_READER)
    return who


def policy_editor() -> SignedIn:
    """Who is signed in, if they may change the policies.

    Raises:
        UnauthenticatedError: Nobody is.
        ForbiddenError: They may not.
    """
    who = signed_in()
    if not who.may_change_policies:
        raise ForbiddenError(_NO_EDITOR)
    return who
