from django.conf import settings
from django.urls import URLPattern, path

from ui import gallery

urlpatterns: list[URLPattern] = []
if not settings.IS_PRODUCTION:
    urlpatterns.append(path("gallery", gallery.gallery, name="gallery"))
