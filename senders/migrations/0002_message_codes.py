"""The message codes that are known, as every installation begins with them; what staff change afterwards stays theirs.

Which application takes VBLV could not be verified: the code is listed without one.
"""

from typing import Any

from django.db import migrations

# Code: the applications that take it, each as capacity kind and code.
CODES = {
    "DMFA": (("employer-rsz", "dmfa"), ("employer-ppo", "dmfa")),
    "DMRQ": (("employer-rsz", "dmfa"), ("employer-ppo", "dmfa")),
    "DMWA": (("employer-rsz", "dmfa"), ("employer-ppo", "dmfa")),
    "DIMN": (("employer-rsz", "dimona"),),
    "PFRQ": (("employer-rsz", "dimona"),),
    "DUCN": (("employer-rsz", "site-notifications"),),
    "TWCT": (("employer-rsz", "temporary-unemployment"),),
    "WECH": (("employer-rsz", "social-risks"),),
    "ZIMA": (("employer-rsz", "social-risks"),),
    "AOAT": (("employer-rsz", "social-risks"),),
    "VBLV": (),
}


def write(apps: Any, schema_editor: Any) -> None:
    code_model = apps.get_model("senders", "MessageCode")
    applications = {
        (application.kind.code, application.code): application
        for application in apps.get_model("enterprises", "Application").objects.select_related("kind")
    }
    if code_model.objects.exists():
        return
    for code, places in CODES.items():
        for place in places or (None,):
            # Staff of an older installation may have another list of applications: then the code waits for one.
            code_model.objects.get_or_create(code=code, application=applications.get(place) if place else None)


class Migration(migrations.Migration):
    dependencies = [("senders", "0001_registered"), ("enterprises", "0006_functionrule_texts")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
