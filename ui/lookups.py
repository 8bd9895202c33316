"""What the admin's lists may be asked by their addresses: what their own filters ask and no more; a few words to look for."""

from typing import Any

from django.http import HttpRequest

# How Django's filters of a field ask: of a value, of a related row, of a day, of nothing at all.
_ASKED = ("", "__exact", "__id__exact", "__isnull", "__isempty", "__gte", "__lt")


# More than anybody looks for. Django asks the database for each word in each field, however many there are (BEHAVIOUR T17).
_LONGEST_SEARCH, _MOST_WORDS = 200, 8


class DeclaredLookups:
    """For every ModelAdmin of ours: Django lets an address ask anything of a model's own fields, e.g. how a password begins."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Return Django's, for as many words as somebody looks for."""
        few = " ".join(search_term[:_LONGEST_SEARCH].split()[:_MOST_WORDS])
        return super().get_search_results(request, queryset, few)  # type: ignore[misc]  # of ModelAdmin

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Tell whether one of the list's filters asks this; Django answers 400 where it does not."""
        return lookup in self._declared(request)

    def _declared(self, request: HttpRequest) -> set[str]:
        declared: set[str] = set()
        for one in self.get_list_filter(request):  # type: ignore[attr-defined]  # of ModelAdmin
            if name := getattr(one, "parameter_name", ""):
                declared.add(name)
                continue
            field = one if isinstance(one, str) else one[0]
            declared.update(field + asked for asked in _ASKED)
        return declared
