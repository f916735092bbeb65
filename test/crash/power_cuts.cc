/// Which states there are.
// SPDX-License-Identifier: Apache-2.0
#include "crash/power_cuts.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace posse::testing {
namespace {

constexpr unsigned sectors_per_page = page_bytes / sector_bytes;

/// So many pieces have 64 subsets.
constexpr std::size_t few_pieces = 6;
constexpr int samples = 20;

/// Calls `use` with each part of `piece` that lies in one of `sectors`.
template <class Use>
void for_each_part(const Piece& piece, Sectors sectors, Use use) {
  std::uint64_t place = piece.place;
  std::string_view rest = piece.bytes;
  while (!rest.empty()) {
    const auto part = rest.substr(0, sector_bytes - place % sector_bytes);
    const auto sector = place % page_bytes / sector_bytes;
    if ((sectors >> sector & 1U) != 0) use(place, part);
    place += part.size();
    rest.remove_prefix(part.size());
  }
}

}  // namespace

bool is_meta(const Event& event) {
  return event.place >= log_span && event.place < log_span + 2 * page_bytes &&
         event.bytes.size() < sector_bytes;
}

bool is_record(const Event& event) {
  return event.place < log_span && event.bytes.find_first_not_of('\0') != std::string::npos;
}

void write_to(std::string& image, std::uint64_t place, std::string_view bytes) {
  if (bytes.empty()) return;
  image.resize(std::max<std::size_t>(image.size(), place + bytes.size()));
  image.replace(place, bytes.size(), bytes);
}

bool Cut::is_torn() const {
  return std::ranges::any_of(sectors,
                             [](Sectors some) { return some != 0 && some != all_sectors; });
}

std::string Cut::image() const {
  std::string image = *durable;
  for (std::size_t i = 0; i < sectors.size(); ++i) {
    for_each_part((*pending)[i], sectors[i], [&image](std::uint64_t place, std::string_view bytes) {
      write_to(image, place, bytes);
    });
  }
  image.resize(length);
  return image;
}

std::string Cut::to_text() const {
  std::string text = "event " + std::to_string(event) + ", ";
  if (!is_named) return text + "no file";
  text += std::to_string(length) + " bytes; not synced:";
  for (std::size_t i = 0; i < sectors.size(); ++i) {
    text += " page " + std::to_string((*pending)[i].place / page_bytes);
    if (sectors[i] == 0) text += " missing";
    if (sectors[i] == 0 || sectors[i] == all_sectors) continue;
    text += " sectors ";
    for (unsigned bit = 0; bit < sectors_per_page; ++bit)
      text += sectors[i] >> bit & 1U ? '1' : '0';
  }
  return text;
}

void PowerCuts::visit_all(const Visit& visit) {
  visit_ = &visit;
  for (std::size_t i = 0; i < trace_.size() && goes_on_; ++i) {
    cut_.event = i;
    pass(trace_[i]);
  }
}

/// Cuts the power while `event` is under way, and when it is over.
void PowerCuts::pass(const Event& event) {
  const std::size_t before = pending_.size();
  switch (event.kind) {
    case Event::Kind::named:
      cut_extremes();
      cut_.is_named = true;
      break;
    case Event::Kind::directory_synced:
      is_name_durable_ = cut_.is_named;
      break;
    case Event::Kind::parent_synced:
      is_directory_durable_ = true;
      break;
    case Event::Kind::write:
      add_pieces(event);
      cut_newest(pending_.size() - before);
      if (is_commit(event)) sample();
      break;
    case Event::Kind::durable_write:
      add_pieces(event);
      if (is_record(event)) {
        cut_everything();
      } else {
        cut_newest(pending_.size() - before);
      }
      std::for_each(pending_.begin() + static_cast<std::ptrdiff_t>(before), pending_.end(),
                    [this](const Piece& piece) { settle(piece); });
      pending_.resize(before);
      visited_.clear();
      break;
    case Event::Kind::synced:
      cut_everything();
      std::erase_if(pending_, [this, &event](const Piece& piece) {
        const bool is_synced = (piece.place < log_span) == (event.place < log_span);
        if (is_synced) settle(piece);
        return is_synced;
      });
      visited_.clear();
      break;
    case Event::Kind::acknowledged:
      cut_.acknowledged = std::max(cut_.acknowledged, event.place);
      visited_.clear();
      break;
    case Event::Kind::unknown:
      break;
  }
  cut_extremes();
}

void PowerCuts::add_pieces(const Event& event) {
  if (is_commit(event)) {
    ++cut_.commits;
    visited_.clear();
  }
  std::uint64_t place = event.place;
  std::string_view rest = event.bytes;
  while (!rest.empty()) {
    const auto part = rest.substr(0, page_bytes - place % page_bytes);
    pending_.push_back({place, part});
    place += part.size();
    rest.remove_prefix(part.size());
  }
}

void PowerCuts::settle(const Piece& piece) {
  write_to(durable_, piece.place, piece.bytes);
}

void PowerCuts::cut_extremes() {
  emit(none());
  emit(none(), length_of(all()));
  emit(all());
}

void PowerCuts::cut_newest(std::size_t pieces) {
  cut_extremes();
  for (std::size_t i = pending_.size() - pieces; i < pending_.size(); ++i) {
    auto one = none();
    one[i] = all_sectors;
    emit(one);
    auto others = all();
    others[i] = 0;
    emit(others);
    emit(others, length_of(all()));
  }
}

void PowerCuts::cut_everything() {
  if (pending_.size() <= few_pieces) cut_subsets();
  cut_newest(pending_.size());
  for (std::size_t i = 0; i < pending_.size(); ++i) tear(i);
  sample();
}

void PowerCuts::cut_subsets() {
  for (unsigned subset = 0; subset < 1U << pending_.size(); ++subset) {
    auto some = none();
    for (std::size_t i = 0; i < some.size(); ++i) some[i] = subset >> i & 1U ? all_sectors : 0;
    emit(some);
  }
}

/// From either end at every sector, with the others missing and present by turns.
void PowerCuts::tear(std::size_t piece) {
  if (pending_[piece].bytes.size() <= sector_bytes) return;
  for (unsigned place = 1; place < sectors_per_page; ++place) {
    const auto low = static_cast<Sectors>((1U << place) - 1U);
    auto others = place % 2 == 0 ? none() : all();
    others[piece] = low;
    emit(others);
    others[piece] = static_cast<Sectors>(~low);
    emit(others);
  }
}

void PowerCuts::sample() {
  for (int i = 0; i < samples; ++i) {
    auto pages = none();
    auto sectors = none();
    for (Sectors& page : pages) page = random_() % 2 == 0 ? all_sectors : 0;
    for (Sectors& page : sectors) page = static_cast<Sectors>(random_());
    emit(pages);
    emit(sectors, length_of(all()));
  }
}

void PowerCuts::emit(const std::vector<Sectors>& sectors) {
  emit(sectors, length_of(sectors));
}

void PowerCuts::emit(const std::vector<Sectors>& sectors, std::uint64_t length) {
  if (!goes_on_) return;
  // A piece that is missing at the end is the same state as before it was written.
  auto present = sectors;
  while (!present.empty() && present.back() == 0) present.pop_back();
  cut_.durable = &durable_;
  cut_.pending = &pending_;
  if (cut_.is_named && visited_.emplace(present, length).second) {
    cut_.sectors = sectors;
    cut_.length = length;
    goes_on_ = (*visit_)(cut_);
  }
  if ((is_name_durable_ && is_directory_durable_) || !goes_on_) return;
  if (!visited_.emplace(std::vector<Sectors>(), std::numeric_limits<std::uint64_t>::max()).second) {
    return;
  }
  Cut nameless = cut_;
  nameless.is_named = false;
  goes_on_ = (*visit_)(nameless);
}

std::uint64_t PowerCuts::length_of(const std::vector<Sectors>& sectors) const {
  std::uint64_t length = durable_.size();
  for (std::size_t i = 0; i < sectors.size(); ++i) {
    for_each_part(pending_[i], sectors[i], [&length](std::uint64_t place, std::string_view bytes) {
      length = std::max(length, place + bytes.size());
    });
  }
  return length;
}

std::string replay(const Trace& trace) {
  std::string image;
  for (const Event& event : trace) write_to(image, event.place, event.bytes);
  return image;
}

}  // namespace posse::testing
