"""The Debian package: what is in it, and that what is in it runs as it is."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PACKAGE = os.environ["POSSE_PACKAGE"]


def run(*words, **more):
    return subprocess.run([*map(str, words)], capture_output=True, text=True, check=False, **more)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = Path(tempfile.mkdtemp(prefix="posse-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        subprocess.run(["dpkg-deb", "-R", PACKAGE, cls.root], check=True)
        cls.unit = cls.root / "lib/systemd/system/posse@.service"
        cls.settings = cls.root / "etc/posse/node.toml"

    def test_has_what_it_needs_and_nothing_of_ours(self):
        files = {str(path.relative_to(self.root)) for path in self.root.rglob("*")
                 if path.is_file() and path.parts[len(self.root.parts)] != "DEBIAN"}
        docs = {f"usr/share/doc/posse/{name}"
                for name in ("copyright", "http.md", "openapi.yaml", "operating.md")}
        self.assertEqual(files, docs | {
            "etc/posse/node.toml", "lib/systemd/system/posse@.service", "usr/bin/posse",
            "usr/lib/sysusers.d/posse.conf"})
        control = (self.root / "DEBIAN/control").read_text()
        for library in ("libc6", "liblmdb0", "libsodium23", "libboost-json1.81.0"):
            self.assertIn(library, control)
        linked = run("readelf", "-d", self.root / "usr/bin/posse").stdout
        self.assertEqual("[libcouchbase.so" in linked, "libcouchbase" in control)
        self.assertEqual((self.root / "DEBIAN/conffiles").read_text(), "/etc/posse/node.toml\n")

    def test_its_settings_are_fine_and_what_is_commented_out_is_so_anyway(self):
        posse = self.root / "usr/bin/posse"
        everything = self.root / "everything.toml"
        everything.write_text(re.sub(r"^#([a-z_]+ = )", r"\1", self.settings.read_text(),
                                     flags=re.MULTILINE))
        self.assertNotEqual(everything.read_text(), self.settings.read_text())
        for settings in (self.settings, everything):
            checked = run(posse, "node", "--check", "--json", "--config", settings)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))
            self.assertIn('"listen":"127.0.0.1:8080"', checked.stdout)

    def test_its_scripts_are_shell_and_can_run(self):
        for name in ("postinst", "prerm", "postrm"):
            script = self.root / "DEBIAN" / name
            self.assertTrue(os.access(script, os.X_OK), name)
            checked = run("shellcheck", "--shell=sh", script)
            self.assertEqual(checked.returncode, 0, checked.stdout)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd here")
    def test_its_unit_is_hardened(self):
        verified = run("systemd-analyze", "verify", f"--root={self.root}", "posse@8080.service")
        wrong = [line for line in verified.stderr.splitlines()
                 if "posse" in line and "sysinit.target not found" not in line]
        self.assertEqual(wrong, [])
        rated = run("systemd-analyze", "security", "--offline=true", "--threshold=20", self.unit)
        self.assertEqual(rated.returncode, 0, rated.stdout[-300:])


if __name__ == "__main__":
    unittest.main()
