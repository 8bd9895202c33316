"""Draws docs/request-states.md from the table of states: `python -m scripts.request_states` writes it, a test compares."""

import os
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parent.parent / "docs" / "request-states.md"
HEAD = """# States of a request by the exception procedure

Drawn from `htb/transitions.py` by `python -m scripts.request_states`; a test compares. The rules: BEHAVIOUR X4 to X8.
"""


def drawn() -> str:
    """Return the page: the diagram, then the table with what each act needs and which mail it sends."""
    from htb.enums import RequestState
    from htb.transitions import TRANSITIONS

    lines = [HEAD, "```mermaid", "stateDiagram-v2"]
    rows = []
    for line in TRANSITIONS:
        if line.from_ != tuple(RequestState):  # what is possible in every state would hide the rest
            lines += [f"    {one} --> {line.to or one}: {line.act} ({line.who})" for one in line.from_ or ("[*]",)]
        from_ = "any" if line.from_ == tuple(RequestState) else ", ".join(line.from_) or "new"
        rows.append(f"| {from_} | {line.act} | {line.to or 'same'} | {line.who} | {line.needs} | {line.mail} |")
    ends = [state for state in RequestState if not any(state in line.from_ and line.to for line in TRANSITIONS)]
    lines += [f"    {state} --> [*]" for state in ends]
    table = ["| from | act | to | who | needs | mail |", "|---|---|---|---|---|---|", *rows]
    return "\n".join([*lines, "```", "", *table, ""])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
    django.setup()
    TARGET.write_text(drawn(), encoding="utf-8")
