/// A node's way to the store, on which everything can go wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "posse/scan.h"
#include "posse/store.h"
#include "sim/fates.h"
#include "sim/node_clock.h"
#include "sim/shared_store.h"

namespace posse::sim {

/// The store as one life of a node sees it. Each call is a request that travels, a moment at which
/// it is carried out, and an answer that travels back; a mishap may meet it anywhere.
class Connection final : public Store, public Scan {
 public:
  struct Parts {
    Timeline& timeline;
    SharedStore& store;
    Fates& fates;
    Coverage& coverage;
    Moment deadline{};
    Later later;                  ///< For what reaches the node.
    std::function<void()> crash;  ///< Of the node.
    /// Lets something happen to the node, or to the store, at this very call.
    std::function<void(Mishap, Moment)> strike;
  };

  /// `life` names the node and its life.
  Connection(Parts parts, DecisionId life) : parts_(std::move(parts)), id_(life) {}

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;
  Task<Result<std::vector<Listed>>> scan(std::string prefix, std::string after,
                                         std::size_t items_max) override;

  /// Whether requests, or answers, are lost from now on.
  void cut_requests(bool cut) { requests_cut_ = cut; }
  void cut_answers(bool cut) { answers_cut_ = cut; }

  /// Nothing is cut any more.
  void mend() { requests_cut_ = answers_cut_ = false; }

  /// Whatever is under way gets no answer that says anything.
  void lose_calls();

  /// Its node is dead: all calls fail from now on, those under way too.
  void die();

  /// A mishap of the node or the store: it meets all calls under way.
  void note_under_way(Mishap mishap);

  std::uint64_t calls() const { return numbers_; }
  std::uint64_t mishaps_met() const { return mishaps_met_; }

 private:
  struct Flight {
    Call call;
    Fate fate;
    std::uint64_t store_starts = 0;
    posse::Event answered;
    std::optional<Answer> answer;
  };
  using FlightPtr = std::shared_ptr<Flight>;

  Task<Answer> ask(Call call);
  void launch(const FlightPtr& flight);
  void go_the_usual_way(const FlightPtr& flight);
  void crash(const FlightPtr& flight);
  void carry_out_twice(const FlightPtr& flight);
  void show_something_else(const FlightPtr& flight);
  void give_no_answer(const FlightPtr& flight);
  void arrive(const FlightPtr& flight, Moment when);
  void answer_in(const FlightPtr& flight, Moment when, Answer answer);
  void note(const Flight& flight, Mishap mishap);

  Parts parts_;
  DecisionId id_;
  std::uint64_t numbers_ = 0;
  std::map<std::uint64_t, FlightPtr> under_way_;
  std::uint64_t mishaps_met_ = 0;
  bool requests_cut_ = false;
  bool answers_cut_ = false;
  bool dead_ = false;
};

}  // namespace posse::sim
