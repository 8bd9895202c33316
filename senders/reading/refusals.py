"""Why a certificate or key is not taken, and what to do about it (BEHAVIOUR M8). Each reason has a code and a test."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from acts.errors import Refused

SENTENCES = {
    "empty": _("There is nothing in it. Choose the file again, or paste its text."),
    "too_large": _(
        "This is larger than 64 KB. A certificate or a public key is far smaller: choose the file that holds it alone."
    ),
    "private_key": _(
        "This is a private key. It was not kept, but it was sent: consider it compromised. Make a new pair of keys, tell "
        "everybody who relies on the old one, and load only the public part of the new pair here."
    ),
    "pkcs12": _(
        "This is a PKCS#12 file (.p12 or .pfx), which usually holds the private key too. It was not kept, but it was sent: "
        "consider that key compromised unless a strong password protects the file. Load the certificate alone (.cer)."
    ),
    "chain": _("There is more than one certificate in it. Load your own alone, without those of its issuers."),
    "request": _(
        "This is a request for a certificate. Load the certificate that your supplier made of it (.cer, .crt, .pem or .der)."
    ),
    "public_key_alone": _("This is a public key without its certificate. Load the certificate itself."),
    "ssh_key_instead": _("This is an SSH key. Load the certificate here, and the key in its own field."),
    "unreadable_certificate": _(
        "No certificate can be read in it. Load the certificate as PEM, DER or base64 (.cer, .crt, .pem or .der)."
    ),
    "expired": _("This certificate ended on %(day)s. Load its successor, or ask your supplier for one."),
    "not_yet_valid": _("This certificate begins on %(day)s. Load it from then on."),
    "weak_key": _(
        "The key is too weak: %(type)s of %(bits)d bits. Use RSA of at least 2048 bits, ECDSA of at least 256 bits or Ed25519."
    ),
    "large_key": _("The key is too large: %(type)s of %(bits)d bits. Use one of at most 16384 bits."),
    "dsa": _("DSA keys are not safe any more. Use RSA of at least 2048 bits, ECDSA of at least 256 bits or Ed25519."),
    "weak_signature": _(
        "This certificate is signed with %(hash)s, which can be forged. Ask your supplier for one with SHA-256 or better."
    ),
    "unknown_algorithm": _(
        "This certificate uses an algorithm that is not accepted here. Ask your supplier for one with RSA, ECDSA or Ed25519 "
        "and SHA-256 or better."
    ),
    "ca": _(
        "This is the certificate of an issuer of certificates (CA). Load the certificate that was issued to you, with whose "
        "key you sign."
    ),
    "not_admitted": _(
        "This certificate was issued by “%(issuer)s”, which is not on the list of admitted issuers. Ask one of those for a "
        "qualified certificate; the contact centre has the list."
    ),
    "revoked": _("The issuer has revoked this certificate. Load a new one, with a new key."),
    "certificate_instead": _(
        "This is a certificate. Load the public SSH key here, and the certificate in its own field."
    ),
    "ssh_certificate": _(
        "This is an OpenSSH certificate. Load the public key itself: the file whose name ends in .pub."
    ),
    "security_key": _(
        "Keys of a security key (FIDO) are not accepted here: a program that sends by itself cannot touch one. Use Ed25519, "
        "ECDSA or RSA."
    ),
    "pem_public_key": _(
        "This is a public key, but not in the form of SSH. Convert it with “ssh-keygen -i -m PKCS8 -f FILE” and load what that "
        "prints."
    ),
    "several_keys": _("There is more than one key in it. Load one; you can add others later."),
    "unknown_ssh_key": _("Keys of this kind are not accepted here. Use Ed25519, ECDSA or RSA of at least 2048 bits."),
    "unreadable_ssh_key": _(
        "No public SSH key can be read in it. Load the file whose name ends in .pub, or paste its one line; the form of RFC "
        "4716 will do as well."
    ),
}


def refused(code: str, **facts: Any) -> Refused:
    """Return the refusal of a code, with what its sentence names."""
    sentence = SENTENCES[code]
    return Refused(sentence % facts if facts else sentence, code=code, **facts)
