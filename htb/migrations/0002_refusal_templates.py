"""The reasons for refusing that the desk begins with; keepers change them and add others (BEHAVIOUR X7, E9)."""

from django.db import migrations

TEMPLATES = {
    "no-signature": {
        "nl": "Het document is niet ondertekend. Druk het opnieuw af, laat een wettelijke vertegenwoordiger het met de hand "
        "ondertekenen en stuur ons het origineel.",
        "fr": "Le document n'est pas signé. Imprimez-le à nouveau, faites-le signer à la main par un représentant légal et "
        "envoyez-nous l'original.",
        "de": "Das Dokument ist nicht unterschrieben. Drucken Sie es noch einmal aus, lassen Sie es von einem gesetzlichen "
        "Vertreter handschriftlich unterschreiben und senden Sie uns das Original.",
        "en": "The document is not signed. Print it again, have a legal representative sign it by hand, and send us the "
        "original.",
    },
    "signer-not-representative": {
        "nl": "Wie het document ondertekende, is volgens het register geen wettelijke vertegenwoordiger van de onderneming. "
        "Laat iemand ondertekenen die dat wel is, of laat eerst de gegevens in de KBO verbeteren.",
        "fr": "Selon le registre, la personne qui a signé le document n'est pas un représentant légal de l'entreprise. Faites "
        "signer un représentant légal, ou faites d'abord corriger les données dans la BCE.",
        "de": "Wer das Dokument unterschrieben hat, ist laut Register kein gesetzlicher Vertreter des Unternehmens. Lassen Sie "
        "einen gesetzlichen Vertreter unterschreiben oder zuerst die Daten in der ZDU berichtigen.",
        "en": "According to the register, whoever signed the document is not a legal representative of the enterprise. Have a "
        "legal representative sign it, or have the data in the CBE corrected first.",
    },
    "no-original": {
        "nl": "We ontvingen een kopie, een scan of een fax. Alleen het origineel met de handgeschreven handtekening telt. "
        "Stuur het ons met de post.",
        "fr": "Nous avons reçu une copie, un scan ou un fax. Seul l'original avec la signature manuscrite compte. "
        "Envoyez-le-nous par la poste.",
        "de": "Wir haben eine Kopie, einen Scan oder ein Fax erhalten. Nur das Original mit der handschriftlichen Unterschrift "
        "zählt. Senden Sie es uns mit der Post.",
        "en": "We received a copy, a scan or a fax. Only the original with the handwritten signature counts. Send it to us by "
        "post.",
    },
    "data-changed": {
        "nl": "De gegevens van uw aanvraag komen niet meer overeen met het register. Controleer de gegevens in de KBO en doe "
        "een nieuwe aanvraag.",
        "fr": "Les données de votre demande ne correspondent plus au registre. Vérifiez les données dans la BCE et introduisez "
        "une nouvelle demande.",
        "de": "Die Angaben Ihres Antrags stimmen nicht mehr mit dem Register überein. Prüfen Sie die Daten in der ZDU und "
        "stellen Sie einen neuen Antrag.",
        "en": "The data of your request no longer match the register. Check the data in the CBE and make a new request.",
    },
}


def write(apps, schema_editor):
    model = apps.get_model("htb", "RefusalTemplate")
    for code, texts in TEMPLATES.items():
        model.objects.create(code=code, **{f"text_{language}": text for language, text in texts.items()})


class Migration(migrations.Migration):
    dependencies = [("htb", "0001_requests")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
