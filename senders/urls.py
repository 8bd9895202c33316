from django.urls import URLPattern, URLResolver, include, path

from senders.views import change, ending, material, overview, register, traffic


def trail(at: str, name: str, *, is_first: bool) -> list[URLPattern]:
    """The pages of one of the two trails: the one that makes a sender, or the one that adds a channel."""
    which = {"is_first": is_first}
    return [
        path(at, register.information, which, name=name),
        path(f"{at}/begin", register.begin, which, name=f"{name}-begin"),
        path(f"{at}/<uuid:run_id>/<slug:name>", register.step, which, name=f"{name}-step"),
    ]


of_channel = [
    path("applications", change.applications, name="channel-applications"),
    path("password", change.password, name="channel-password"),
    path("load/<slug:material>", material.load, name="channel-load"),
    path("retire", ending.retire_channel, name="channel-retire"),
    path("retire/<uuid:material_id>", material.retire_material, name="sender-material-retire"),
]

of_sender: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="senders"),
    path("calendar.ics", overview.calendar, name="sender-calendar"),
    *trail("register", "sender-register", is_first=True),
    *trail("channels/add", "channel-add", is_first=False),
    path("channels/<uuid:channel_id>/", include(of_channel)),
    path("contact", change.contact, name="sender-contact"),
    path("preferred", change.preferred, name="sender-preferred"),
    path("traffic", traffic.traffic, name="sender-traffic"),
    path("test", traffic.test_lane, name="sender-test"),
    path("block", ending.block, name="sender-block"),
    path("delete", ending.delete, name="sender-delete"),
]

urlpatterns = [path("e/<uuid:enterprise_id>/c/<uuid:capacity_id>/senders/", include(of_sender))]
