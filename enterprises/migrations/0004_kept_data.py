"""What staff keep, as every installation begins with it. It is written once: what staff change afterwards stays theirs.

Names stand in the order nl, fr, de, en.
"""

from typing import Any

from django.db import migrations

RSZ, PPO, ENTERPRISE_NUMBER = "rsz", "ppo", "enterprise"

DOMAINS = {
    "social-security": ("Sociale zekerheid", "Sécurité sociale", "Soziale Sicherheit", "Social security"),
    "finance": ("Financiën", "Finances", "Finanzen", "Finance"),
    "mobility": ("Mobiliteit", "Mobilité", "Mobilität", "Mobility"),
    "economy": ("Economie", "Économie", "Wirtschaft", "Economy"),
    "public-health": ("Volksgezondheid", "Santé publique", "Volksgesundheit", "Public health"),
    "justice": ("Justitie", "Justice", "Justiz", "Justice"),
    "brussels": ("Brussel", "Bruxelles", "Brüssel", "Brussels"),
    "wallonia": ("Wallonië", "Wallonie", "Wallonie", "Wallonia"),
    "flanders": ("Vlaanderen", "Flandre", "Flandern", "Flanders"),
}

# code: identified by, open to all, names. All of social security; every other domain has one kind open to every enterprise.
KINDS = {
    "employer-rsz": (RSZ, False, ("Werkgever RSZ", "Employeur ONSS", "Arbeitgeber LSS", "Employer NSSO")),
    "employer-ppo": (PPO, False, ("Werkgever PPO", "Employeur APL", "Arbeitgeber PLV", "Employer PLA")),
    "service-provider": (
        ENTERPRISE_NUMBER,
        False,
        ("Dienstverrichter", "Prestataire de services", "Sozialdienstleister", "Service provider"),
    ),
    "social-secretariat": (
        ENTERPRISE_NUMBER,
        False,
        ("Sociaal secretariaat", "Secrétariat social", "Sozialsekretariat", "Social secretariat"),
    ),
    "pension-manager": (
        ENTERPRISE_NUMBER,
        False,
        (
            "Beheerder aanvullende pensioenen",
            "Gestionnaire de pensions complémentaires",
            "Verwalter von Zusatzpensionen",
            "Manager of supplementary pensions",
        ),
    ),
    "telephone-operator": (
        ENTERPRISE_NUMBER,
        False,
        ("Telefonische operateur", "Opérateur téléphonique", "Telefonanbieter", "Telephone operator"),
    ),
}
OPEN_KIND = ("Onderneming", "Entreprise", "Unternehmen", "Enterprise")

# kind: (code, names, descriptions) in the order of the guide.
APPLICATIONS = {
    "employer-rsz": (
        (
            "publiato",
            ("Publiato", "Publiato", "Publiato", "Publiato"),
            (
                "Gepubliceerde gegevens van werkgevers raadplegen",
                "Consulter les données publiées des employeurs",
                "Veröffentlichte Daten von Arbeitgebern einsehen",
                "Consult published data of employers",
            ),
        ),
        (
            "dmfa",
            (
                "Multifunctionele aangifte DmfA",
                "Déclaration multifonctionnelle DmfA",
                "Multifunktionelle Meldung DmfA",
                "Multifunctional declaration DmfA",
            ),
            (
                "Lonen en arbeidstijden per kwartaal aangeven",
                "Déclarer chaque trimestre les salaires et les temps de travail",
                "Löhne und Arbeitszeiten je Quartal melden",
                "Declare wages and working time every quarter",
            ),
        ),
        (
            "temporary-unemployment",
            (
                "Tijdelijke werkloosheid",
                "Chômage temporaire",
                "Zeitweilige Arbeitslosigkeit",
                "Temporary unemployment",
            ),
            (
                "Tijdelijke werkloosheid van werknemers melden",
                "Communiquer le chômage temporaire de travailleurs",
                "Zeitweilige Arbeitslosigkeit von Arbeitnehmern mitteilen",
                "Report temporary unemployment of employees",
            ),
        ),
        (
            "ecaro-batch",
            ("Ecaro batch", "Ecaro batch", "Ecaro batch", "Ecaro batch"),
            (
                "Ecaro-bestanden in groep uitwisselen",
                "Échanger des fichiers Ecaro par lots",
                "Ecaro-Dateien in Stapeln austauschen",
                "Exchange Ecaro files in batches",
            ),
        ),
        (
            "dimona",
            (
                "DIMONA V2: Onmiddellijke aangifte van tewerkstelling",
                "DIMONA V2 : Déclaration immédiate de l'emploi",
                "DIMONA V2: Sofortmeldung der Beschäftigung",
                "DIMONA V2: Immediate declaration of employment",
            ),
            (
                "Begin en einde van een tewerkstelling meteen aangeven",
                "Déclarer immédiatement le début et la fin d'un emploi",
                "Beginn und Ende einer Beschäftigung sofort melden",
                "Declare the beginning and the end of an employment at once",
            ),
        ),
        (
            "site-notifications",
            (
                "Unieke werfmeldingen",
                "Déclarations uniques de chantier",
                "Einheitliche Baustellenmeldungen",
                "Single site notifications",
            ),
            (
                "Werken en werven melden",
                "Déclarer des travaux et des chantiers",
                "Arbeiten und Baustellen melden",
                "Notify works and building sites",
            ),
        ),
        (
            "social-risks",
            (
                "Aangifte van de sociale risico's",
                "Déclaration des risques sociaux",
                "Meldung der sozialen Risiken",
                "Declaration of social risks",
            ),
            (
                "Ziekte, arbeidsongeval of werkloosheid van een werknemer aangeven",
                "Déclarer la maladie, l'accident du travail ou le chômage d'un travailleur",
                "Krankheit, Arbeitsunfall oder Arbeitslosigkeit eines Arbeitnehmers melden",
                "Declare an employee's illness, accident at work or unemployment",
            ),
        ),
        (
            "supplementary-pensions",
            (
                "Beheerder aanvullende pensioenen",
                "Gestionnaire de pensions complémentaires",
                "Verwalter von Zusatzpensionen",
                "Manager of supplementary pensions",
            ),
            (
                "Gegevens over aanvullende pensioenen bijhouden",
                "Tenir à jour les données des pensions complémentaires",
                "Daten über Zusatzpensionen pflegen",
                "Keep the data of supplementary pensions",
            ),
        ),
        (
            "pension-register",
            (
                "Elektronische aangifte bij het Pensioenkadaster (flat layout)",
                "Déclaration électronique au Cadastre des pensions (flat layout)",
                "Elektronische Meldung an das Pensionskataster (flat layout)",
                "Electronic declaration to the Pension Register (flat layout)",
            ),
            (
                "Betaalde pensioenen aangeven",
                "Déclarer les pensions payées",
                "Ausgezahlte Pensionen melden",
                "Declare pensions that were paid",
            ),
        ),
    ),
    "employer-ppo": (
        (
            "dmfa",
            (
                "Multifunctionele aangifte DmfAPPL",
                "Déclaration multifonctionnelle DmfAPPL",
                "Multifunktionelle Meldung DmfAPPL",
                "Multifunctional declaration DmfAPPL",
            ),
            (
                "Lonen en arbeidstijden per kwartaal aangeven",
                "Déclarer chaque trimestre les salaires et les temps de travail",
                "Löhne und Arbeitszeiten je Quartal melden",
                "Declare wages and working time every quarter",
            ),
        ),
    ),
}

# Function code, legal form ("" any), situation ("" outside dissolution, liquidation and bankruptcy), counts (docs/register.md).
RULES = [
    ("10002", "", "", True),
    ("10003", "", "", True),
    ("10005", "", "", False),
    ("10005", "014", "", True),
    ("10006", "", "", True),
    ("10007", "", "", True),
    ("10021", "", "", False),
    ("20090", "", "", False),
    ("90001", "", "048", True),
    ("90001", "", "049", True),
    ("90001", "", "050", True),
]


def names(texts: tuple[str, str, str, str], field: str = "name") -> dict[str, str]:
    return {f"{field}_{language}": text for language, text in zip(("nl", "fr", "de", "en"), texts, strict=True)}


def write(apps: Any, schema_editor: Any) -> None:
    domain_model, kind_model, application_model, rule_model = (
        apps.get_model("enterprises", name) for name in ("Domain", "CapacityKind", "Application", "FunctionRule")
    )
    if domain_model.objects.exists():
        return
    domains = {
        code: domain_model.objects.create(code=code, position=position, **names(texts))
        for position, (code, texts) in enumerate(DOMAINS.items(), start=1)
    }
    kinds = {
        code: kind_model.objects.create(
            domain=domains["social-security"],
            code=code,
            identified_by=identified_by,
            open_to_all=open_to_all,
            position=position,
            **names(texts),
        )
        for position, (code, (identified_by, open_to_all, texts)) in enumerate(KINDS.items(), start=1)
    }
    for code, domain in domains.items():
        if code != "social-security":
            kind_model.objects.create(
                domain=domain,
                code=f"{code}-enterprise",
                identified_by=ENTERPRISE_NUMBER,
                open_to_all=True,
                position=1,
                **names(OPEN_KIND),
            )
    for kind, applications in APPLICATIONS.items():
        for position, (code, texts, descriptions) in enumerate(applications, start=1):
            application_model.objects.create(
                kind=kinds[kind],
                code=code,
                position=position,
                **names(texts),
                **names(descriptions, "description"),
            )
    for code, legal_form, situation, counts in RULES:
        rule_model.objects.create(code=code, legal_form=legal_form, situation=situation, counts=counts)


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0003_enterprise_activated")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
