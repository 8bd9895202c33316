"""Reading what people hand in as certificate or public key (BEHAVIOUR M8): one guarded reader for each, and no way around it.

`certificates.read_certificate` and `ssh_keys.read_ssh_key` take any bytes and return what they found, or raise Refused with the
sentence of `refusals`. Nothing else comes out of them, whatever goes in.
"""
