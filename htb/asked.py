"""What a representative asks for: the appointment as typed and reviewed, whichever procedure brings it."""

import uuid
from dataclasses import dataclass
from typing import Any

from access_admins.enums import Procedure
from access_admins.succession import Succession
from acts.act import digest
from htb.facts import Facts


@dataclass(frozen=True)
class Asked:
    """An appointment that is asked for. Numbers as digits, telephones in international notation.

    For oneself, chief_email and chief_telephone are one's own. own_email and own_telephone serve messages about this request.
    """

    procedure: Procedure
    enterprise_number: str
    representative_insz: str
    chief_insz: str
    chief_email: str
    chief_telephone: str
    own_email: str
    own_telephone: str
    run: uuid.UUID

    @property
    def is_self(self) -> bool:
        """Whether the representative becomes chief."""
        return self.chief_insz == self.representative_insz

    def digest_of_request(self, facts: Facts) -> str:
        """Return the digest of what the check page of the exception procedure shows: nothing of who is chief now."""
        return digest(self._shown(facts))

    def digest_with(self, plan: Succession, facts: Facts) -> str:
        """Return the digest of all that the check page shows: what is asked, what the register says, what will change."""
        return digest({**self._shown(facts), "plan": plan.as_plan()})

    def _shown(self, facts: Facts) -> dict[str, Any]:
        enterprise = facts.enterprise
        return {
            "asked": [
                self.enterprise_number, self.chief_insz, self.chief_email, self.chief_telephone, self.own_email,
                self.own_telephone,
            ],
            "enterprise": enterprise and [enterprise.names, enterprise.address_nl, enterprise.address_fr],
        }  # fmt: skip
