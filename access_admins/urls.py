from django.urls import include, path

from access_admins.co_chiefs import views as co_chiefs
from access_admins.views import access, capacities, enterprise, history, home, reviews

in_enterprise = [
    path("", home.enterprise, name="enterprise"),
    path("access", access.enterprise_access, name="enterprise-access"),
    path("management", enterprise.management, name="enterprise-management"),
    path("professional-data", enterprise.professional_data, name="professional-data"),
    path("capacities/activate", capacities.activate, name="capacity-activate"),
    path("c/<uuid:capacity_id>/retire", capacities.retire, name="capacity-retire"),
    path("reviews", reviews.reviews, name="reviews"),
    path("co-chiefs/add", co_chiefs.start, name="co-chief-add"),
    path("co-chiefs/add/<uuid:run_id>/<slug:name>", co_chiefs.step, name="co-chief-add-step"),
    path("co-chiefs/<uuid:role_id>/end", co_chiefs.end, name="co-chief-end"),
    path("co-chiefs/<uuid:role_id>/activation", co_chiefs.renew, name="co-chief-activation"),
    path("co-chiefs/<uuid:role_id>/activation/sent", co_chiefs.sent, name="co-chief-activation-sent"),
    path("co-chiefs/resign", co_chiefs.resign, name="co-chief-resign"),
    path("history", history.history, name="history"),
    path("history/export", history.history_export, name="history-export"),
]

urlpatterns = [
    path("home", home.home, name="management-home"),
    path("me/access", access.my_access, name="my-access"),
    path("me/access/<uuid:account_id>", access.account_contact, name="account-contact"),
    path("e/<uuid:enterprise_id>/", include(in_enterprise)),
]
