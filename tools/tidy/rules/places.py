"""Nothing in the tree may name a path of one machine, or the host that served a package."""
# SPDX-License-Identifier: Apache-2.0
import re

from rules.source import Finding

RULE = "places"

_MACHINE = re.compile(r"(?<![\w.~}/-])/(?:work|root|home)/[\w.]")
_REGISTRY = re.compile(
    r"\b(?:registry\.(?:npmjs|yarnpkg)\.(?:org|com)|(?:files\.)?pypi(?:\.python)?\.org"
    r"|files\.pythonhosted\.org|(?:deb|security|ftp)\.debian\.org|archive\.ubuntu\.com"
    r"|(?:static\.|index\.)?crates\.io|proxy\.golang\.org|(?:ghcr|quay|gcr|docker)\.io)\b"
)


def check(source, _tree):
    for number, line in enumerate(source.lines, 1):
        if match := _MACHINE.search(line):
            yield Finding(source.path, number, RULE, f"{match[0][:-1]}: a path of one machine; "
                          "derive it from the script's own place or take it as an argument")
        if match := _REGISTRY.search(line):
            yield Finding(source.path, number, RULE, f"{match[0]}: the host of a registry; "
                          "leave the choice to the machine's own configuration")
