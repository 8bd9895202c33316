from django.urls import path

from identity.views import activation, chooser, codes, own, password

urlpatterns = [
    path("login", chooser.login, name="login"),
    path("logout", chooser.logout, name="logout"),
    path("logged-off", chooser.logged_off, name="logged-off"),
    path("login/password", password.login_password, name="login-password"),
    path("login/code", password.login_code, name="login-code"),
    path("login/first-password", password.first_password, name="first-password"),
    path("login/forgotten", password.forgotten_password, name="forgotten-password"),
    path("login/new-password", password.new_password, name="new-password"),
    path("link/<str:secret>", activation.link, name="link"),
    path("link-gone", activation.link_gone, name="link-gone"),
    path("activate", activation.activate, name="activate"),
    path("activate/user-name", activation.activate_user_name, name="activate-user-name"),
    path("activate/device", activation.activate_device, name="activate-device"),
    path("activate/app", activation.activate_app, name="activate-app"),
    path("activate/codes", activation.activate_codes, name="activate-codes"),
    path("me/data", own.own_data, name="own-data"),
    path("me/data/change", own.own_data_change, name="own-data-change"),
    path("me/means", own.own_means, name="own-means"),
    path("me/means/user-name", own.own_user_name, name="own-user-name"),
    path("me/means/password", own.own_password, name="own-password"),
    path("me/means/app", codes.own_app, name="own-app"),
    path("me/means/app/confirm", codes.own_app_confirm, name="own-app-confirm"),
    path("me/means/app/remove", codes.own_app_remove, name="own-app-remove"),
    path("me/means/codes", codes.own_codes, name="own-codes"),
    path("me/means/codes/confirm", codes.own_codes_confirm, name="own-codes-confirm"),
    path("me/means/codes/remove", codes.own_codes_remove, name="own-codes-remove"),
    path("me/sessions", own.own_sessions, name="own-sessions"),
]
