"""The `sec1` format (docs/secrets.md) by two other implementations of HPKE: pyca/cryptography and pyhpke.

Standard input is one JSON object: `public`, the key's line; `master` and `private`, the master key
and the sealed private key as the agent stores them, in base64url; `cases`, a list of
`{slot, plaintext, string}`, sealed by the agent. Each string is opened with both, each plaintext is
sealed with both, and each opens what the other sealed. Standard output is the list of strings that
were sealed, by library. Ends with 1 and a traceback at the first that does not come back.
"""
import hashlib
import json
import struct
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pyhpke
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ENC = 32


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def framed(text):
    data = text.encode()
    return struct.pack(">H", len(data)) + data


class Cryptography:
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

    def seal(self, public, plaintext, info):
        return self.suite.encrypt(plaintext, public, info=info)

    def open(self, private, body, info):
        return self.suite.decrypt(body, private, info=info)


class PyHpke:
    suite = pyhpke.CipherSuite.new(
        pyhpke.KEMId.DHKEM_X25519_HKDF_SHA256,
        pyhpke.KDFId.HKDF_SHA256,
        pyhpke.AEADId.CHACHA20_POLY1305,
    )

    def seal(self, public, plaintext, info):
        key = pyhpke.KEMKey.from_pyca_cryptography_key(public)
        enc, context = self.suite.create_sender_context(key, info=info)
        return enc + context.seal(plaintext)

    def open(self, private, body, info):
        key = pyhpke.KEMKey.from_pyca_cryptography_key(private)
        return self.suite.create_recipient_context(body[:ENC], key, info=info).open(body[ENC:])


LIBRARIES = {"cryptography": Cryptography(), "pyhpke": PyHpke()}


def private_key(sealed, master, repo_id, kid):
    """Opens a private key at rest: version[1] master_id[8] salt[16] nonce[12] ciphertext and tag."""
    salt, nonce, body = sealed[9:25], sealed[25:37], sealed[37:]
    derive = HKDF(hashes.SHA256(), 32, salt, b"ci-agent/repo-key/1")
    bound = framed("repo_keys") + struct.pack(">Q", repo_id) + framed(kid)
    secret = AESGCM(derive.derive(master)).decrypt(nonce, body, bound)
    return X25519PrivateKey.from_private_bytes(secret)


def main():
    given = json.load(sys.stdin)
    _, host, repo_id, public = given["public"].split("#")[0].split()
    repo_id, public = int(repo_id), decode(public)
    kid = hashlib.sha256(public).hexdigest()[:16]
    private = private_key(decode(given["private"]), decode(given["master"]), repo_id, kid)
    if private.public_key().public_bytes_raw() != public:
        sys.exit("the private key at rest is not that of the public line")
    public = X25519PublicKey.from_public_bytes(public)
    made = {name: [] for name in LIBRARIES}
    for case in given["cases"]:
        info = b"ci-agent/secure/1\0" + framed(host) + struct.pack(">Q", repo_id) + framed(case["slot"])
        plaintext = case["plaintext"].encode()
        strings = [case["string"]]
        for name, library in LIBRARIES.items():
            strings.append(f"sec1.{kid}.{encode(library.seal(public, plaintext, info))}")
            made[name].append(strings[-1])
        for string in strings:
            version, key, body = string.split(".")
            assert (version, key) == ("sec1", kid), string
            for name, library in LIBRARIES.items():
                assert library.open(private, decode(body), info) == plaintext, (name, case["slot"])
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
