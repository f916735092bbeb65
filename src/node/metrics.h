/// What a node measures about itself, for Prometheus.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "node/http.h"
#include "system/observed_store.h"

namespace posse {

class ClockWatch;
struct JournalCounters;
class LiveDocuments;
class Membership;
class PasswordWorker;
class Patrol;
class Server;

/// Counters and histograms of one node since its start. All calls come from its thread.
class Metrics final : public StoreObserver {
 public:
  /// Those who keep numbers of their own.
  struct Sources {
    const JournalCounters& journal;
    const LiveDocuments& live;
    const Patrol& patrol;
    const Membership& membership;
    const ClockWatch& clock_watch;
    const Server& server;
    const PasswordWorker& passwords;
  };

  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics() override;

  /// A request that `route`, a pattern, has answered.
  void answered(const std::string& method, const std::string& route, unsigned status,
                std::chrono::nanoseconds took);

  /// How old an answer about a document was, or a change when its followers saw it.
  void aged(std::chrono::milliseconds age);

  /// A pass of the patrol has finished what others left, the oldest entry of it this old.
  void recovered(std::chrono::milliseconds age);

  /// A call of the store has come back.
  void called(StoreCall call, StoreAnswer answer, std::chrono::nanoseconds took) override;

  /// A purchase for as long as it runs.
  class PurchaseUnderWay {
   public:
    explicit PurchaseUnderWay(Metrics& metrics);
    PurchaseUnderWay(const PurchaseUnderWay&) = delete;
    PurchaseUnderWay& operator=(const PurchaseUnderWay&) = delete;
    ~PurchaseUnderWay();

    /// What it came to: `sold`, `repeated`, `undecided`, `failed`, or a refusal's code.
    void came_to(std::string answer) { answer_ = std::move(answer); }

   private:
    Metrics& metrics_;
    std::uint64_t ticket_;
    std::string answer_ = "failed";
  };

  /// All figures of one moment, not tied to a thread.
  struct Measured;
  std::shared_ptr<const Measured> measure(const Sources& sources) const;

  /// What the nodes of a process have measured, in Prometheus' text format 0.0.4. Of several nodes
  /// each figure has the label `thread`, from 1.
  static std::string text(const std::vector<std::shared_ptr<const Measured>>& nodes);

 private:
  struct Instruments;
  std::unique_ptr<Instruments> instruments_;
};

}  // namespace posse
