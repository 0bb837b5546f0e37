#include "auth/ticket.hpp"

#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace taskrunner::auth {
namespace {

constexpr std::int64_t now_ms = 1'800'000'000'000;
const std::string task = "0123456789abcdef01234567";
const std::string here = "http://127.0.0.1:8080/tasks/" + task;

Ticket ticket_for(const std::string& nonce, std::int64_t expires_at_ms = now_ms + TicketTaker::life_ms) {
  return {task, here, {"ann", Role::operator_, std::vector<std::string>{"a#1"}, now_ms + 3'600'000}, expires_at_ms, nonce};
}

bool is_here(std::string_view audience) { return audience == here; }

class TicketTest : public ::testing::Test {
 protected:
  Refusal refusal_of(const std::string& text, std::int64_t when_ms = now_ms) {
    return std::get<Refusal>(taker.take(text, task, is_here, when_ms));
  }

  const std::string secret = std::string(32, 's');
  const TicketSigner signer{secret};
  TicketTaker taker{TicketSigner(secret)};
};

TEST_F(TicketTest, it_gives_its_holder_what_the_holder_may_once) {
  const std::string text = signer.sign(ticket_for("n"));
  EXPECT_EQ(taker.take(text, task, is_here, now_ms), Verdict(ticket_for("n").holder));
  EXPECT_EQ(refusal_of(text), Refusal::spent);
  EXPECT_EQ(refusal_of(text, now_ms + 29'999), Refusal::spent);
  EXPECT_EQ(refusal_of(text, now_ms + 30'000), Refusal::expired);
}

TEST_F(TicketTest, holders_without_end_or_limits_come_through_as_they_are) {
  Ticket ticket = ticket_for("n");
  ticket.holder = {"root", Role::admin};
  EXPECT_EQ(taker.take(signer.sign(ticket), task, is_here, now_ms), Verdict(ticket.holder));
}

TEST_F(TicketTest, it_holds_for_its_task_at_its_host_only) {
  const std::string text = signer.sign(ticket_for("n"));
  EXPECT_EQ(taker.take(text, "76543210fedcba9876543210", is_here, now_ms), Verdict(Refusal::wrong_task));
  EXPECT_EQ(taker.take(text, task, [](auto) { return false; }, now_ms), Verdict(Refusal::wrong_audience));
  EXPECT_TRUE(std::holds_alternative<Principal>(taker.take(text, task, is_here, now_ms)));
}

TEST_F(TicketTest, another_fleets_ticket_is_none) {
  EXPECT_EQ(refusal_of(TicketSigner(std::string(32, 'o')).sign(ticket_for("n"))), Refusal::malformed);
}

TEST_F(TicketTest, it_ends_with_its_time_and_with_its_holders) {
  EXPECT_EQ(refusal_of(signer.sign(ticket_for("a", now_ms))), Refusal::expired);
  Ticket ticket = ticket_for("b");
  ticket.holder.expires_at_ms = now_ms;
  EXPECT_EQ(refusal_of(signer.sign(ticket)), Refusal::expired);
}

TEST_F(TicketTest, one_that_would_have_to_be_remembered_for_long_is_refused) {
  EXPECT_EQ(refusal_of(signer.sign(ticket_for("n", now_ms + 60'001))), Refusal::not_yet_valid);
}

TEST_F(TicketTest, a_clock_that_goes_back_makes_no_ticket_new) {
  const std::string text = signer.sign(ticket_for("n"));
  EXPECT_TRUE(std::holds_alternative<Principal>(taker.take(text, task, is_here, now_ms)));
  EXPECT_EQ(refusal_of(signer.sign(ticket_for("late")), now_ms + 40'000), Refusal::expired);
  EXPECT_EQ(refusal_of(text, now_ms), Refusal::expired);
}

TEST_F(TicketTest, what_is_remembered_is_bounded_and_forgotten_in_time) {
  TicketTaker small(TicketSigner(secret), 3);
  const auto refusal_by_small = [&](const std::string& text) { return std::get<Refusal>(small.take(text, task, is_here, now_ms)); };
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(std::holds_alternative<Principal>(small.take(signer.sign(ticket_for(std::to_string(i))), task, is_here, now_ms)));
  EXPECT_EQ(refusal_by_small(signer.sign(ticket_for("more"))), Refusal::too_many);
  const std::string later = signer.sign(ticket_for("more", now_ms + 40'000));
  EXPECT_TRUE(std::holds_alternative<Principal>(small.take(later, task, is_here, now_ms + 30'000)));
}

TEST_F(TicketTest, what_is_altered_or_malformed_is_refused) {
  const std::string good = signer.sign(ticket_for("n"));
  for (const std::string& text : {std::string(), std::string("."), good + ".", good + "=", good.substr(1), "x" + good,
                                  good.substr(0, good.find('.')) + ".", std::string(10'000, 'a') + ".b"})
    EXPECT_EQ(refusal_of(text), Refusal::malformed) << text;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string altered = good;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(std::holds_alternative<Refusal>(taker.take(altered, task, is_here, now_ms))) << i;
  }
}

/// A host of another version may sign what this one does not know: no ticket, and no crash.
TEST_F(TicketTest, signed_claims_of_another_kind_are_no_ticket) {
  const auto signed_by_hand = [&](const std::string& claims) {
    const std::string encoded = base64url_encode(claims);
    return encoded + '.' + base64url_encode(bytes_of(hmac_sha256(secret, "task-runner ticket 1\n" + encoded)));
  };
  EXPECT_FALSE(signer.read(signed_by_hand("{}")));
  EXPECT_FALSE(signer.read(signed_by_hand("[]")));
  EXPECT_FALSE(signer.read(signed_by_hand(R"({"task":"t","aud":"a","name":"n","role":"root","exp":1,"nonce":"x"})")));
  EXPECT_FALSE(signer.read(signed_by_hand(R"({"task":1,"aud":"a","name":"n","role":"viewer","exp":1,"nonce":"x"})")));
  EXPECT_FALSE(signer.read(signed_by_hand(R"({"task":"t","aud":"a","name":"n","role":"viewer","exp":180000000000000000,"nonce":"x"})")));
  EXPECT_FALSE(signer.read(signed_by_hand(R"({"task":"t","aud":"a","name":"n","role":"viewer","exp":-1,"nonce":"x"})")));
  EXPECT_TRUE(signer.read(signed_by_hand(R"({"task":"t","aud":"a","name":"n","role":"viewer","exp":1,"nonce":"x"})")));
}

}  // namespace
}  // namespace taskrunner::auth
