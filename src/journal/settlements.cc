/// Settlements as rows of text.
// SPDX-License-Identifier: Apache-2.0
#include "journal/settlements.h"

#include <array>
#include <utility>

#include "core/assert.h"
#include "core/digest.h"
#include "core/json_writer.h"

namespace posse {
namespace {

constexpr std::size_t row_bytes_about = 80;

/// Where a row has its intent: behind `["`.
constexpr std::size_t intent_at = 2;
constexpr std::size_t intent_letters = text_size(16);

std::string_view intent_of(std::string_view row) {
  return row.substr(intent_at, intent_letters);
}

/// A row whose text stays where it is.
struct Row {
  Intent intent;
  std::string_view sequence;
  std::uint64_t entry = 0;
  std::int64_t issued = 0;
};

Row scan_row(JsonScanner& in) {
  Row row;
  std::array<std::uint8_t, 16> intent{};
  in.expect("[");
  in.bytes(intent);
  row.intent = Intent(intent);
  in.expect(",");
  row.sequence = in.text();
  in.expect(",");
  row.entry = in.count();
  if (row.entry < 1) in.fail();
  in.expect(",");
  row.issued = in.integer();
  in.expect("]");
  return row;
}

Settled settled(const Row& row) {
  return {.intent = row.intent,
          .sequence = Sequence{std::string(row.sequence)},
          .entry = EntryNumber{row.entry},
          .issued = Time{std::chrono::milliseconds{row.issued}}};
}

/// A row that we have written ourselves, of whatever sequence.
Settled read_row(std::string_view text) {
  JsonScanner in(text);
  const Row row = scan_row(in);
  if (in.is_good()) return settled(row);
  const boost::json::value value = boost::json::parse(text);
  const auto& columns = value.as_array();
  const auto intent = Intent::from(columns[0].as_string());
  POSSE_ASSERT(intent);
  return settled({.intent = *intent,
                  .sequence = columns[1].as_string(),
                  .entry = static_cast<std::uint64_t>(columns[2].as_int64()),
                  .issued = columns[3].as_int64()});
}

std::string write_row(const Settled& one) {
  JsonWriter out(row_bytes_about + one.sequence.name().size());
  out.begin_array();
  out.value(one.intent.bytes());
  out.value(one.sequence.name());
  out.value(number(one.entry));
  out.value(number(one.issued));
  out.end_array();
  return out.take();
}

}  // namespace

std::string_view Settlements::row(std::size_t index) const {
  const std::size_t start = starts_.at(index);
  const std::size_t end = index + 1 == size() ? text_.size() : starts_[index + 1] - 1;
  return std::string_view(text_).substr(start, end - start);
}

Settled Settlements::at(std::size_t index) const {
  return read_row(row(index));
}

std::vector<Settled> Settlements::all() const {
  std::vector<Settled> all;
  for (std::size_t index = 0; index < size(); ++index) all.push_back(at(index));
  return all;
}

std::optional<Settled> Settlements::find(const Intent& intent) const {
  std::array<char, intent_letters> wanted{};
  write_text(intent.bytes(), wanted.data());
  for (std::size_t index = 0; index < size(); ++index) {
    if (intent_of(row(index)) == std::string_view(wanted.data(), wanted.size())) return at(index);
  }
  return {};
}

std::optional<Settled> Settlements::find_of(const RequestKey& request) const {
  // All letters of the request but the last, which also has bits of what comes behind it.
  constexpr std::size_t letters = text_size(sizeof request.bytes);
  std::array<char, letters> wanted{};
  write_text(request.bytes, wanted.data());
  for (std::size_t index = 0; index < size(); ++index) {
    const std::string_view begin = intent_of(row(index)).substr(0, letters - 1);
    if (begin != std::string_view(wanted.data(), letters - 1)) continue;
    Settled settled = at(index);
    if (settled.intent.is_of(request)) return settled;
  }
  return {};
}

void Settlements::push_back(const Settled& settled) {
  if (!text_.empty()) text_ += ',';
  starts_.push_back(static_cast<std::uint32_t>(text_.size()));
  text_ += write_row(settled);
}

Settlements Settlements::take_oldest(std::size_t count) {
  POSSE_ASSERT(count <= size());
  Settlements oldest;
  if (count == 0) return oldest;
  const std::size_t left_from = count == size() ? text_.size() : starts_[count];
  oldest.text_ = text_.substr(0, count == size() ? left_from : left_from - 1);
  oldest.starts_.assign(starts_.begin(), starts_.begin() + static_cast<std::ptrdiff_t>(count));
  text_.erase(0, left_from);
  starts_.erase(starts_.begin(), starts_.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::uint32_t& start : starts_) start -= static_cast<std::uint32_t>(left_from);
  return oldest;
}

Settlements Settlements::scan(JsonScanner& in, std::size_t rows_max) {
  Settlements settled;
  const std::string_view rows = in.rest();
  if (!in.is_next("[")) return settled;
  settled.starts_.reserve(rows_max / 2);
  do {
    settled.starts_.push_back(static_cast<std::uint32_t>(rows.size() - in.rest().size()));
    (void)scan_row(in);
    if (settled.size() > rows_max) in.fail();
  } while (in.skip(","));
  if (!in.is_good()) return {};
  const std::size_t size = rows.size() - in.rest().size();
  settled.text_.reserve(size + 2 * row_bytes_about);  // soon there is another one
  settled.text_ = rows.substr(0, size);
  return settled;
}

}  // namespace posse
