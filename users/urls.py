from django.urls import URLPattern, URLResolver, include, path

from users.views import account, adding, bulk, capacity, ending, export, importing, renewing, users

in_bulk = [
    path("", bulk.result, name="bulk-result"),
    path("applications", bulk.applications, name="bulk-applications"),
    path("check", bulk.check, name="bulk-check"),
    path("cancel", bulk.cancel, name="bulk-cancel"),
]

in_capacity: list[URLPattern | URLResolver] = [
    path("", capacity.start, name="capacity"),
    path("users/", users.users, name="users"),
    path("users/export", export.export, name="users-export"),
    path("users/import", importing.upload, name="users-import"),
    path("users/import/<uuid:run_id>", importing.show, name="users-import-run"),
    path("users/import/<uuid:run_id>/undo", importing.undo, name="users-import-undo"),
    path("users/ticks", users.keep_ticks, name="users-ticks"),
    path("details", capacity.details, name="capacity-details"),
    path("add", adding.start, name="person-add"),
    path("add/<uuid:run_id>/<slug:name>", adding.step, name="person-add-step"),
    path("administrators/<uuid:account_id>/remove", ending.remove, name="administrator-remove"),
    path("administrators/<uuid:account_id>/activation", renewing.renew, name="administrator-activation"),
    path("administrators/<uuid:account_id>/activation/sent", renewing.sent, name="administrator-activation-sent"),
    path("resign", ending.resign, name="role-resign"),
    path("users/bulk", bulk.begin, name="users-bulk"),
    path("users/bulk/<uuid:run_id>/", include(in_bulk)),
    path("users/<uuid:account_id>", account.view, name="account"),
    path("users/<uuid:account_id>/edit", account.edit, name="account-edit"),
]

urlpatterns = [path("e/<uuid:enterprise_id>/c/<uuid:capacity_id>/", include(in_capacity))]
