import enterprises.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('enterprises', '0006_functionrule_texts'),
    ]

    operations = [
        migrations.AddField(
            model_name='enterprise',
            name='name_key',
            field=enterprises.fields.FoldedField(blank=True, db_default='', default='', editable=False, max_length=200, source='name'),
        ),
    ]
