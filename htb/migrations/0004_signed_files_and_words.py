"""The documents that come back signed electronically (BEHAVIOUR X9), and the words by which the desk finds a request (X7)."""

import django.db.models.deletion
from django.db import migrations, models

from formats.names import words

LONGEST_WORD = 60


def write_words(apps, schema_editor):
    """Write the words of the requests that are there."""
    word_of = apps.get_model("htb", "RequestWord")
    requests = apps.get_model("htb", "Request").objects.defer("scan")
    for request in requests.iterator():
        named = f"{request.enterprise_name} {request.applicant_name} {request.chief_name}"
        word_of.objects.bulk_create(
            word_of(request=request, word=word) for word in sorted({word[:LONGEST_WORD] for word in words(named)})
        )


class Migration(migrations.Migration):

    dependencies = [
        ('htb', '0003_index_by_applicant'),
    ]

    operations = [
        migrations.AlterField(
            model_name='requeststep',
            name='act',
            field=models.CharField(choices=[('confirm', 'confirm'), ('replace', 'replace'), ('remind', 'remind'), ('expire', 'expire'), ('receive', 'record the receipt'), ('return_signed', 'return signed electronically'), ('attach_scan', 'attach the scan'), ('note', 'note'), ('approve', 'approve'), ('refuse', 'refuse'), ('reopen', 'reopen'), ('new_code', 'give a new activation code')], max_length=13),
        ),
        migrations.CreateModel(
            name='SignedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('signer_insz', models.CharField(max_length=11)),
                ('signer_name', models.CharField(max_length=400)),
                ('issuer', models.CharField(max_length=400)),
                ('signed_at', models.DateTimeField()),
                ('returned_at', models.DateTimeField()),
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signed_file', to='htb.request')),
            ],
            options={
                'verbose_name': 'signed document',
                'verbose_name_plural': 'signed documents',
            },
        ),
        migrations.CreateModel(
            name='RequestWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(db_index=True, max_length=60)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='htb.request')),
            ],
            options={
                'verbose_name': 'word of a request',
                'verbose_name_plural': 'words of requests',
                'constraints': [models.UniqueConstraint(fields=('request', 'word'), name='request_word_once')],
            },
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
