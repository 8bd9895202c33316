"""Forms that render themselves with the portal's components."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Takes form templates from ui/templates before Django's own."""
