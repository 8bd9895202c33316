"""What a representative asks for: the appointment as typed and reviewed, whichever procedure brings it."""

import uuid
from dataclasses import dataclass

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

    def digest_with(self, plan: Succession, facts: Facts) -> str:
        """Return the digest of all that the check page shows: what is asked, what the register says, what will change."""
        enterprise = facts.enterprise
        return digest(
            {
                "asked": [
                    self.enterprise_number, self.chief_insz, self.chief_email, self.chief_telephone, self.own_email,
                    self.own_telephone,
                ],
                "enterprise": enterprise and [enterprise.names, enterprise.address_nl, enterprise.address_fr],
                "plan": plan.as_plan(),
            }
        )  # fmt: skip
