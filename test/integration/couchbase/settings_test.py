"""What the program says of each setting that is wrong, and TLS."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import socket
import ssl
import subprocess
import tempfile
import unittest
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlencode

from couchbase_proxy import CouchbaseProxy, Fault
from packets import ADD
from probes import driver
from servers import ClusterCase

POSSE = os.environ.get("POSSE")
WRONG_SETTING, UNREACHABLE = 2, 3
FORM = "application/x-www-form-urlencoded"
DURABILITY_INVALID_LEVEL, DURABILITY_IMPOSSIBLE = 0xA0, 0xA1


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def make_certificate(folder, name, address="127.0.0.1"):
    """One that is signed by itself, once."""
    if (folder / f"{name}.pem").exists():
        return
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", "-subj",
            f"/CN={name}", "-addext", f"subjectAltName=IP:{address}", "-days", 2)


class Settings(ClusterCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="posse-couchbase-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refusal(self, store, *words, code=UNREACHABLE):
        ran = subprocess.run([POSSE, *(words or ("account", "create", "ann")), "--store", store],
                             capture_output=True, check=False, timeout=60, text=True)
        self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)
        return ran.stderr.splitlines()[-1]

    def test_each_wrong_setting_is_told(self):
        (self.folder / "wrong").write_text("simsim\n")
        nobody = socket.create_server(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        nobody.close()
        store, bucket = self.store(), self.url.path
        for wrong, words in (
                (store.replace(f"{self.user}@", "nobody@"), "the user or the password is wrong"),
                (store.replace(self.url.query, f"password_file={self.folder}/wrong"),
                 "the user or the password is wrong"),
                (store.replace(bucket, "/nowhere"), "there is no such bucket"),
                (store.replace(bucket, f"{bucket}/no/where"), "there is no such scope"),
                (store.replace(bucket, f"{bucket}/_default/where"), "there is no such collection"),
                (store.replace(self.proxy.addresses, f"127.0.0.1:{port}"), "nobody listens there"),
                (store.replace(self.proxy.addresses, "nobody.invalid"), "there is no such host")):
            with self.subTest(words):
                self.assertIn(words, self.refusal(wrong))

    def test_a_file_that_cannot_be_read_is_a_wrong_url(self):
        store = self.store()
        secure = store.replace("couchbase://", "couchbases://")
        for option, wrong in (
                ("password_file", store.replace(self.url.query, f"password_file={self.folder}/no")),
                ("password_file", store.replace(self.url.query, f"password_file={self.folder}")),
                ("ca", f"{secure}&ca={self.folder}/no")):
            with self.subTest(option):
                self.assertIn(f"the file of {option} cannot be read, {self.folder}",
                              self.refusal(wrong, code=WRONG_SETTING))

    # It was asked again thousands of times, until the query's time was up.
    def test_the_query_service_is_asked_once_whatever_it_says(self):
        for number, words in ((4000, "No index available"), (12004, "No primary index"),
                              (13014, "Add role query_select"),
                              (10000, "Unable to authorize user."), (5000, "busy")):
            with self.subTest(words):
                self.proxy.query.error = {"code": number, "msg": words, "retry": number == 5000}
                self.proxy.query.asked = 0
                subprocess.run([POSSE, "account", "create", f"n{number}", "--store", self.store()],
                               capture_output=True, check=True, timeout=60)
                self.assertEqual(self.proxy.query.asked, 1)  # when it opens
                self.assertIn(words, self.refusal(self.store(), "campaign", "list"))

    def test_a_cluster_without_a_query_service_sells_and_lists_nothing(self):
        self.proxy.query.is_there = False
        ran = subprocess.run([POSSE, "account", "create", "ann", "--store", self.store()],
                             capture_output=True, check=True, timeout=60)
        self.assertEqual(self.proxy.query.asked, 0, ran)
        self.assertIn("no node runs the service that was asked",
                      self.refusal(self.store(), "campaign", "list"))

    def test_a_bucket_without_durable_writes_is_told_at_the_start(self):
        for status, words in ((DURABILITY_INVALID_LEVEL, "the bucket's type has no durable writes"),
                              (DURABILITY_IMPOSSIBLE, "the bucket must have 1 or 2 replicas")):
            self.proxy.add(Fault(ADD, f"{self.prefix}/!posse", "status", status))
            self.assertIn(words, self.refusal(self.store()))

    def test_every_durability_is_asked_for(self):
        for number, name in ((1, "majority"), (2, "majority_and_persist"),
                             (3, "persist_to_majority")):
            store = f"{self.store()}&durability={name}"
            self.proxy.heal()
            self.proxy.add(Fault(ADD, f"account/{name.replace('_', '-')}", "answer lost"))
            subprocess.run([POSSE, "account", "create", name.replace("_", "-"), "--store", store],
                           check=True, capture_output=True, timeout=60)
            sent = self.proxy.writes_of(f"account/{name.replace('_', '-')}")
            self.assertEqual({one.durability[0] for one in sent}, {number})

    def test_a_misspelt_prefix_is_no_empty_shop(self):
        ran = subprocess.run([POSSE, "audit", "--store", self.store()], capture_output=True,
                             check=False, timeout=60, text=True)
        self.assertEqual(ran.returncode, UNREACHABLE)
        self.assertIn("there is no store in couchbase://", ran.stderr)

    def manage(self, path, **fields):
        """As an administrator: POSTs a form."""
        secret = b64encode(f"{self.user}:{self.password}".encode()).decode()
        connection = http.client.HTTPConnection(self.proxy.management, timeout=10)
        try:
            connection.request("POST", f"/pools/default/buckets{self.url.path}/{path}",
                               urlencode(fields), {"Authorization": f"Basic {secret}",
                                                   "Content-Type": FORM})
            answer = connection.getresponse()
            self.assertIn(answer.status, (200, 202), answer.read())
        finally:
            connection.close()

    def test_a_collection_of_its_own(self):
        with driver(self) as probe:
            self.assertRegex(probe.ask("add a outside"), "^done ")
        scope = f"scope{os.getpid()}"
        self.manage("scopes", name=scope)
        self.manage(f"scopes/{scope}/collections", name="daily")
        outside = self.store
        self.store = lambda: outside().replace(self.url.path, f"{self.url.path}/{scope}/daily")
        with driver(self) as probe:
            self.assertEqual(probe.ask("get a"), "empty")
            version = probe.ask("add a inside").split()[1]
            self.assertRegex(probe.ask(f"cas a {version} again"), "^done ")
            longest = "k" * 250
            self.assertRegex(probe.ask(f"add {longest} x"), "^done ")
            self.assertRegex(probe.ask(f"get {longest}"), "^document ")
        self.store = outside
        with driver(self) as probe:
            self.assertRegex(probe.ask("get a"), "outside$")

    def secure(self, address="127.0.0.1", authority=None):
        """From now on the cluster speaks TLS, with a certificate for `address`; it wants one of
        its clients if an authority for these is named."""
        for name in ("node", "stranger", "client"):
            make_certificate(self.folder, name, address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "node.pem", self.folder / "node.key")
        login = None
        if authority is not None:
            context.load_verify_locations(authority)
            context.verify_mode = ssl.CERT_REQUIRED
            login = (self.user, self.password)
        self.proxy = self.opened(CouchbaseProxy(self.nodes, context, login))
        plain = self.store()
        self.store = lambda: (plain.replace("couchbase://", "couchbases://")
                              + f"&ca={self.folder}/node.pem")

    def test_tls_by_an_authority_that_is_named(self):
        self.secure()
        with driver(self) as probe:
            self.assertRegex(probe.ask("add a first"), "^done ")
        stranger = self.store().replace("node.pem", "stranger.pem")
        self.assertIn("is not signed by whom `ca` names", self.refusal(stranger))

    # Should a libcouchbase compare them one day, it must be given names instead of addresses.
    def test_names_of_hosts_are_compared_by_nobody(self):
        self.secure(address="10.9.8.7")
        with driver(self) as probe:
            self.assertRegex(probe.ask("add a first"), "^done ")

    def test_a_certificate_of_the_client(self):
        authority = self.folder / "client.pem"
        make_certificate(self.folder, "client")
        self.secure(authority=authority)
        with_user = self.store()
        bare = with_user.replace(f"{self.user}@", "").replace(self.url.query + "&", "")
        self.store = lambda: f"{bare}&cert={authority}&key={self.folder}/client.key"
        with driver(self) as probe:
            version = probe.ask("add a first").split()[1]
            self.assertRegex(probe.ask(f"cas a {version} second"), "^done ")
        subprocess.run([POSSE, "account", "create", "ann", "--store", self.store()], check=True,
                       capture_output=True, timeout=60)
        subprocess.run([POSSE, "audit", "--store", self.store()], check=True, capture_output=True,
                       timeout=60)
        # The node breaks off, and does not say why.
        self.assertRegex(self.refusal(with_user), "cannot connect to Couchbase at 127.0.0.1")
        unknown = self.store().replace("/client.", "/stranger.")
        self.assertRegex(self.refusal(unknown), "cannot connect to Couchbase at 127.0.0.1")

    def test_tls_where_there_is_none_and_the_other_way_round(self):
        plain = self.store()
        make_certificate(self.folder, "node")
        secure = plain.replace("couchbase://", "couchbases://") + f"&ca={self.folder}/node.pem"
        self.assertIn("couchbases:// is TLS: is a port in the URL one without",
                      self.refusal(secure))
        self.secure()
        ports = self.store().replace("couchbases://", "couchbase://").split("&ca=")[0]
        self.assertIn("couchbase:// is not TLS: is a port in the URL one for TLS",
                      self.refusal(ports))


if __name__ == "__main__":
    unittest.main()
