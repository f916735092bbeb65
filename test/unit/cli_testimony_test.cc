/// A witness must find every lie: what each contradiction looks like.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/sample.h"
#include "cli/testimony.h"
#include "cli/till.h"

namespace posse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Cents price{40};

Span between(std::chrono::seconds asked, std::chrono::seconds answered) {
  return {.asked = Moment(asked), .answered = Moment(answered)};
}

class TestimonyTest : public ::testing::Test {
 protected:
  TestimonyTest() : host_(*Host::open("memory:", Missing::create)) {}

  template <class Body>
  void run(Body body) {
    EXPECT_EQ(host_->run(body(host_.get())), Exit::fine);
  }

  Purchase purchase(int buyer) {
    return {.campaign = *Name::from("s-1"),
            .buyer = *Name::from("s-" + std::to_string(buyer)),
            .max_price = price,
            .key = Uuid::make(host_->clock().now(), host_->random()),
            .content = {}};
  }

  /// Two slots that are sold, to s-1 and s-2.
  void sell() {
    purchases_ = {purchase(1), purchase(2)};
    run([this](Host* host) -> Task<Exit> {
      const SamplePlan plan{.prefix = "s",
                            .accounts = 2,
                            .campaigns = 1,
                            .price = price,
                            .funds = Cents{1000},
                            .round = "r"};
      const auto made = co_await make_sample(host, plan);
      if (!made) co_return Exit::unreachable;
      for (const auto& wanted : purchases_) {
        const auto answer = co_await host->shop().purchases().buy(wanted);
        if (answer) sales_.push_back(std::get<Sale>(*answer));
      }
      co_return Exit::fine;
    });
    host_->io().restart();
  }

  std::vector<std::string> contradictions() {
    std::vector<std::string> found;
    run([&](Host* host) -> Task<Exit> {
      const auto wrong = co_await testimony_.contradictions(host);
      if (wrong) found = *wrong;
      co_return wrong ? Exit::fine : Exit::unreachable;
    });
    return found;
  }

  /// As three buyers at once.
  std::vector<std::string> asked_again() {
    std::vector<std::string> found;
    run([&](Host* host) -> Task<Exit> {
      ShopTill till(host->shop());
      found = co_await testimony_.asked_again(host, &till, 3, 10);
      co_return Exit::fine;
    });
    return found;
  }

  std::unique_ptr<Host> host_;
  std::vector<Purchase> purchases_;
  std::vector<Sale> sales_;
  Testimony testimony_;
};

TEST_F(TestimonyTest, FindsNothingWrongInTheTruth) {
  sell();
  testimony_.sold(purchases_[0], sales_[0], between(1s, 4s));
  testimony_.sold(purchases_[1], sales_[1], between(2s, 3s));  // both at once: any order is fine
  testimony_.refused(purchase(1), {}, between(1s, 2s));
  EXPECT_THAT(contradictions(), IsEmpty());
}

TEST_F(TestimonyTest, FindsASlotThatIsAnothers) {
  sell();
  testimony_.sold(purchases_[1], sales_[0], between(1s, 2s));
  EXPECT_THAT(contradictions(), ElementsAre("slot 1 of campaign/s-1 is not as it was acknowledged "
                                            "to s-2"));
}

TEST_F(TestimonyTest, FindsAnotherPrice) {
  sell();
  Sale dearer = sales_[0];
  dearer.price = Cents{41};
  testimony_.sold(purchases_[0], dearer, between(1s, 2s));
  EXPECT_THAT(contradictions(), ElementsAre("slot 1 of campaign/s-1 is not as it was acknowledged "
                                            "to s-1"));
}

TEST_F(TestimonyTest, FindsASlotThatIsLost) {
  sell();
  Sale lost = sales_[0];
  lost.slot = Slot{3};
  testimony_.sold(purchases_[0], lost, between(1s, 2s));
  EXPECT_THAT(contradictions(),
              ElementsAre("slot 3 of s-1 was acknowledged and is not in the books"));
}

TEST_F(TestimonyTest, FindsASlotToldTwice) {
  sell();
  testimony_.sold(purchases_[0], sales_[0], between(1s, 2s));
  testimony_.sold(purchases_[1], sales_[0], between(1s, 2s));
  EXPECT_THAT(contradictions(), ElementsAre("slot 1 of s-1 was acknowledged to two buyers"));
}

TEST_F(TestimonyTest, FindsASaleToSomebodyRefused) {
  sell();
  testimony_.sold(purchases_[1], sales_[1], between(1s, 2s));
  testimony_.refused(purchases_[0], {}, between(1s, 2s));
  EXPECT_THAT(contradictions(),
              ElementsAre("slot 1 of campaign/s-1 was sold for a request that was refused"));
}

TEST_F(TestimonyTest, FindsThatTimeWentBackwards) {
  sell();
  testimony_.sold(purchases_[0], sales_[0], between(5s, 6s));
  testimony_.sold(purchases_[1], sales_[1], between(1s, 4s));
  EXPECT_THAT(contradictions(),
              ElementsAre("slot 1 of s-1 was asked for after a later one was answered"));
}

TEST_F(TestimonyTest, FindsAnotherAnswerToTheSameKey) {
  sell();
  Sale other = sales_[0];
  other.slot = Slot{7};
  testimony_.sold(purchases_[0], other, between(1s, 2s));
  testimony_.sold(purchases_[1], sales_[1], between(1s, 2s));
  EXPECT_THAT(asked_again(), ElementsAre("slot 7 of s-1 has another answer when asked again"));
}

TEST_F(TestimonyTest, WhoAsksAgainHasTheSameAnswer) {  // S4 I10
  sell();
  testimony_.sold(purchases_[0], sales_[0], between(1s, 4s));
  testimony_.sold(purchases_[1], sales_[1], between(2s, 3s));
  EXPECT_THAT(asked_again(), IsEmpty());
}

}  // namespace
}  // namespace posse
