from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("htb", "0002_refusal_templates")]
    operations = [
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["enterprise_number", "applicant_insz"], name="request_applicant"),
        )
    ]
