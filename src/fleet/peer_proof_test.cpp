#include "fleet/peer_proof.hpp"

#include <gtest/gtest.h>

namespace taskrunner::fleet {
namespace {

using Step = PeerProof::Step;
using Next = PeerProof::Next;

const std::string address = "10.0.0.7:41000";
const ObjectId session = *ObjectId::from_hex("00000000000000000000000a");
const ObjectId another = *ObjectId::from_hex("00000000000000000000000b");

PeerProof identified() {
  PeerProof proof(session, address);
  EXPECT_EQ(proof.on_hello({session, address}), (Next{Step::wait, 0}));
  return proof;
}

TEST(PeerProof, ThreeRefusalsInARowAfterABrokenConnectionProveADeath) {
  PeerProof proof = identified();
  EXPECT_EQ(proof.on_broken(), (Next{Step::dial, 0}));
  EXPECT_EQ(proof.on_refused(1'000), (Next{Step::dial, 100}));
  EXPECT_EQ(proof.on_refused(1'100), (Next{Step::dial, 100}));
  EXPECT_EQ(proof.on_refused(1'200).step, Step::dead);
}

TEST(PeerProof, RefusalsOfAHostThatNeverNamedItselfProveNothing) {
  PeerProof proof(session, address);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(proof.on_refused(1'000 + i).step, Step::dial);
}

TEST(PeerProof, SlowRefusalsProveNothingUntilThreeCameClose) {
  PeerProof proof = identified();
  proof.on_broken();
  EXPECT_EQ(proof.on_refused(1'000).step, Step::dial);
  EXPECT_EQ(proof.on_refused(2'000).step, Step::dial);
  EXPECT_EQ(proof.on_refused(2'100).step, Step::dial);
  EXPECT_EQ(proof.on_refused(2'200).step, Step::dead);
}

TEST(PeerProof, ATimeOutProvesNothingAndForgetsWhatWasRefusedBefore) {
  PeerProof proof = identified();
  proof.on_broken();
  proof.on_refused(1'000);
  proof.on_refused(1'100);
  EXPECT_EQ(proof.on_no_answer(), (Next{Step::dial, 1'000}));
  EXPECT_EQ(proof.on_refused(1'150).step, Step::dial);
}

TEST(PeerProof, AnotherSessionAtTheAddressProvesTheDeathOfOneThatWasSeenThere) {
  PeerProof proof = identified();
  proof.on_broken();
  EXPECT_EQ(proof.on_hello({another, address}).step, Step::dead);
}

TEST(PeerProof, AnotherSessionAtAnAddressWhereThisOneWasNeverSeenProvesNothing) {
  PeerProof proof(session, address);
  EXPECT_EQ(proof.on_hello({another, address}).step, Step::give_up);
}

TEST(PeerProof, AProxyBetweenMakesEveryProofImpossible) {
  PeerProof proof(session, address);
  EXPECT_EQ(proof.on_hello({session, "192.168.1.2:41000"}).step, Step::give_up);
}

TEST(PeerProof, AHostThatSaysGoodbyeIsNotDead) {
  EXPECT_EQ(identified().on_goodbye().step, Step::give_up);
}

TEST(PeerProof, AConnectionThatComesBackIsAliveAgain) {
  PeerProof proof = identified();
  proof.on_broken();
  proof.on_refused(1'000);
  proof.on_refused(1'100);
  EXPECT_EQ(proof.on_hello({session, address}).step, Step::wait);
  proof.on_broken();
  EXPECT_EQ(proof.on_refused(1'200).step, Step::dial) << "the earlier two belong to an earlier break";
}

}  // namespace
}  // namespace taskrunner::fleet
