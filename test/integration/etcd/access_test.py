"""An etcd that not everybody may use: certificates, users, and roles for a prefix."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import tempfile
import unittest
from contextlib import ExitStack
from pathlib import Path

from members import Members
from steady_buyer import POSSE, SteadyBuyer, posse

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def make_ca(folder, name):
    openssl("req", "-x509", *CURVE, "-keyout", folder / f"{name}.key", "-out",
            folder / f"{name}.pem", "-subj", f"/CN={name}", "-days", 2)


def make_certificate(folder, name, ca):
    request, extension = folder / f"{name}.csr", folder / f"{name}.ext"
    extension.write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("req", *CURVE, "-keyout", folder / f"{name}.key", "-out", request, "-subj",
            f"/CN={name}")
    openssl("x509", "-req", "-in", request, "-CA", folder / f"{ca}.pem", "-CAkey",
            folder / f"{ca}.key", "-CAcreateserial", "-days", 2, "-extfile", extension, "-out",
            folder / f"{name}.pem")


class Access(unittest.TestCase):
    def setUp(self):
        self.parts = ExitStack()
        self.addCleanup(self.parts.close)
        self.folder = Path(self.parts.enter_context(
            tempfile.TemporaryDirectory(prefix="posse-access-")))

    def members(self, size, **more):
        members = self.parts.enter_context(Members(self.folder, size, **more))
        members.start()
        return members

    def refusal(self, store):
        """What the program says on a store that it may not use."""
        ran = subprocess.run([POSSE, "account", "create", "ann", "--store", store],
                             capture_output=True, check=False, timeout=30, text=True)
        self.assertEqual(ran.returncode, 3, ran.stdout)
        return ran.stderr.splitlines()[-1]

    def test_tls_with_a_certificate_of_ones_own(self):
        for ca in ("ca", "stranger"):
            make_ca(self.folder, ca)
            make_certificate(self.folder, f"posse-{ca}", ca)
        make_certificate(self.folder, "member", "ca")
        member = self.members(1, certificates=self.folder).all[0]
        store = f"etcds://127.0.0.1:{member.secure_port}/shop?ca={self.folder}/ca.pem"
        ours = "&cert={0}/posse-{1}.pem&key={0}/posse-{1}.key"
        posse("account", "create", "ann", "--store", store + ours.format(self.folder, "ca"))
        self.refusal(store)
        self.refusal(store + ours.format(self.folder, "stranger"))
        self.refusal(store.replace("ca.pem", "stranger.pem") + ours.format(self.folder, "ca"))

    def etcdctl(self, members, *words, stdin=None):
        addresses = ",".join(member.address for member in members.all)
        subprocess.run(["etcdctl", *words], check=True, capture_output=True, input=stdin,
                       text=True, env={**os.environ, "ETCDCTL_ENDPOINTS": addresses})

    def test_a_user_whose_role_allows_one_prefix(self):
        members = self.members(3)
        for words in (["role", "add", "seller"],
                      ["role", "grant-permission", "seller", "readwrite", "--prefix=true", "shop/"],
                      ["user", "add", "root:secret"], ["user", "grant-role", "root", "root"],
                      ["user", "add", "posse:sesame"], ["user", "grant-role", "posse", "seller"],
                      ["auth", "enable"]):
            self.etcdctl(members, *words)
        (self.folder / "password").write_text("sesame\n")
        (self.folder / "wrong").write_text("simsim\n")
        at = ",".join(member.address for member in members.all)
        store = f"etcd://posse@{at}/shop?password_file={self.folder}/"
        self.assertIn("etcd wants a user", self.refusal(f"etcd://{at}/shop"))
        self.assertIn("the password is wrong", self.refusal(store + "wrong"))
        self.assertIn("role must allow", self.refusal(store.replace("/shop", "/other") +
                                                      "password"))
        with SteadyBuyer(store + "password") as buyer:
            buyer.wait_for_a_sale()
            # A member knows no token of before its death: whoever has one logs in anew.
            for member in members.all:
                member.kill()
                members.restart(member)
                buyer.wait_for_a_sale()
        self.assertEqual(buyer.wrong, [])


if __name__ == "__main__":
    unittest.main()
