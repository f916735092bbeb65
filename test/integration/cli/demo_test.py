"""Eight processes buy on one file while one after the other is killed: the promise as a whole."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from shop_case import ShopCase


class Demo(ShopCase):
    def test_keeps_every_answer_though_a_process_is_killed_each_second(self):  # S4 S10 I1-I10
        ran = self.run_bare("demo", "--processes", 8, "--seconds", 10, "--kill-every", 1, "--json",
                            "--store", f"lmdb:{self.store}")
        self.assertEqual((ran.code, ran.err), (0, ""))
        said = ran.json()
        print(f"{said['acknowledged']} purchases acknowledged over {said['kills']} kills; "
              f"left behind: {said['left_behind']}")
        self.assertIs(said["good"], True)
        self.assertGreaterEqual(said["kills"], 8)
        self.assertGreater(said["acknowledged"], 0)
        self.assertGreater(said["refused"], 0)
        self.assertEqual(said["contradictions"], 0)
        self.assertTrue(said["audit"]["sound"] and said["audit"]["finished"])
        # The store outlives the demonstration, and says the same to another process.
        books = self.audit()
        self.assertTrue(books["sound"] and books["finished"])
        self.assertGreaterEqual(books["counts"]["operations"], said["acknowledged"])


if __name__ == "__main__":
    unittest.main()
