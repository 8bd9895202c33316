import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("users", "0005_fill_grant_capacity")]

    operations = [
        migrations.AlterField(
            model_name="grant",
            name="capacity",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enterprises.capacity"
            ),
        ),
    ]
