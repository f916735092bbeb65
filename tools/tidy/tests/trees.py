"""Small trees for the tests of the rules."""
# SPDX-License-Identifier: Apache-2.0
from rules.tree import Tree

HEAD = "/// For a test.\n// SPDX-License-Identifier: Apache-2.0\n"


def messages(rule, texts):
    """What a rule of files says about a tree, as `path:line message`."""
    tree = Tree.of(texts)
    found = [finding for source in tree for finding in rule.check(source, tree)]
    return [f"{finding.path}:{finding.line} {finding.message}" for finding in sorted(set(found))]


def tree_messages(rule, texts):
    """What a rule of whole trees says."""
    return [finding.message for finding in rule.check_tree(Tree.of(texts))]


def cpp_messages(rule, code, path="src/core/sample.cc"):
    """What a rule says about a few lines of C++."""
    return messages(rule, {path: code})
