/// Every reader of a document, fed with anything: it refuses or it reads, and what it has read it
/// writes so that it reads the same again.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/assert.h"
#include "journal/entry.h"
#include "journal/participant.h"
#include "patrol/membership.h"
#include "patrol/watch_list.h"
#include "shop/campaign.h"

namespace posse {
namespace {

void read_as_participant(const Bytes& bytes) {
  const Key key("account/a");
  const auto participant = read_participant(bytes, key);
  if (!participant) return;
  const Bytes written = write_participant(*participant);
  const auto again = read_participant(written, key);
  POSSE_ASSERT(again && write_participant(*again) == written);
}

void read_as_entry(const Bytes& bytes) {
  const auto entry = read_entry(bytes, Sequence("campaign/a").entry(EntryNumber{1}));
  if (entry) POSSE_ASSERT(read_entry(write_entry(*entry), entry->sequence.entry(entry->number)));
}

void read_as_head(const Bytes& bytes) {
  const Key key("campaign/a");
  const auto head = read_head(bytes, key);
  if (!head) return;
  POSSE_ASSERT(read_head(write_head(*head), key));
  (void)read_campaign(head->settings);
  (void)read_last_sale(head->tip.state);
}

void read_as_the_rest(const Bytes& bytes) {
  const Key key("campaign/a");
  (void)read_receipt(bytes, Sequence("campaign/a").receipt(EntryNumber{1}));
  (void)read_settled_page(bytes, key);
  (void)read_watched(bytes, key);
  (void)read_members(bytes, key);
}

}  // namespace
}  // namespace posse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const posse::Bytes bytes(reinterpret_cast<const char*>(data), size);
  posse::read_as_participant(bytes);
  posse::read_as_entry(bytes);
  posse::read_as_head(bytes);
  posse::read_as_the_rest(bytes);
  return 0;
}
