"""Draws docs/permissions.md from the table of rights: `python -m scripts.permission_table` writes it, a test compares."""

import os
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"
HEAD = """# Who may do what

Drawn from `identity/rights.py` and `csam_portal/staff_groups.py` by `python -m scripts.permission_table`; a test compares, and
holds every line to every role and state (`tests/test_permissions.py`).

"others": everybody but one's own account. WV acts at the level of `appoint`, upon oneself one acts at the level of `self`, all
else is done at the level of `manage` ([settings.md](settings.md)). Nobody acts through a blocked account. What hangs on a
retired capacity is no tie. Somebody without a tie to the enterprise gets "not found", whatever the right.
"""
# Rights that are no line of the table of roles: by what the register says, and by being oneself.
APPOINTS = (
    "| `chief.appoint`, `chief.renew_activation` | | yes | - | - | - | - | - "
    "| which function the register does not know (BEHAVIOUR S2) |"
)
SELF = "| `self.see`, `self.edit`, `self.means`, `self.sessions` | oneself | yes | yes | yes | yes | yes | yes | |"


def drawn() -> str:
    """Return the page: roles, then the contact centre."""
    from django.utils import translation

    from csam_portal.staff_groups import GROUPS
    from identity.enums import Role
    from identity.rights import ORDER, RIGHTS, refusal_of

    roles = [Role.WV, *ORDER]
    lines = [
        HEAD,
        f"| permission | upon | {' | '.join(roles)} | whose role is too small reads |",
        "|---" * 9 + "|",
        APPOINTS,
    ]
    with translation.override("en"):
        for right in RIGHTS:
            cells = [right.roles.get(role, "-") for role in roles]
            names = ", ".join(f"`{permission}`" for permission in right.permissions)
            sentence = refusal_of(right.permissions[0], right.on).sentence
            lines.append(f"| {names} | {right.on or ''} | {' | '.join(cells)} | {sentence} |")
    lines += [SELF, "", "## The contact centre", "", "Staff never hold a right of the table above.", ""]
    lines += ["| group | what | may |", "|---|---|---|"]
    for group, models in GROUPS.items():
        lines += [f"| {group} | {model} | {', '.join(verbs)} |" for model, verbs in models.items()]
    return "\n".join([*lines, "", *_kept(), ""])


def _kept() -> list[str]:
    """Return what keepers keep: which field takes a second keeper."""
    from enterprises.kept import KEPT, Effect

    lines = [
        "## What keepers keep, and what takes two of them",
        "",
        "See [keepers.md](keepers.md). A new thing takes two.",
    ]
    lines += ["", "| model | field | changing it |", "|---|---|---|"]
    for model, fields in KEPT.items():
        for effect in Effect:
            names = [f"`{name}`" for name, found in fields.items() if found is effect]
            if names and effect is not Effect.NUMBER:
                lines.append(f"| {model} | {', '.join(names)} | {effect} |")
    return lines


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
    django.setup()
    TARGET.write_text(drawn(), encoding="utf-8")
