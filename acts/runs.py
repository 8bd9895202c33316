"""The run of a journey inside the act that it leads to (ui.journeys): locked first of all, so that it counts once."""

from acts.errors import Missing
from ui.models import Run


def hold_run(run: Run) -> Run:
    """Lock a run inside an act, so that of two confirmations of the same run the second finds it finished.

    Raises Missing where it was dropped meanwhile.
    """
    held = Run.objects.select_for_update().filter(pk=run.pk).first()
    if held is None:
        raise Missing
    return held
