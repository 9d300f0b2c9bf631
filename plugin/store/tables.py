"""Every table there is: whoever opens the database knows them all.

A foreign key means nothing while the table that it names is not known.
"""

from plugin.store import (  # noqa: F401 (imported for their tables)
    audit_tables,
    bypass_tables,
    catching_up_tables,
    file_tables,
    grant_tables,
    installed_tables,
    people_tables,
    privacy_tables,
    reservation_tables,
    schema,
    telling_tables,
)
from plugin.store.base import Base

METADATA = Base.metadata
