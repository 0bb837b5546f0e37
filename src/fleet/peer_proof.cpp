#include "fleet/peer_proof.hpp"

#include <algorithm>

namespace taskrunner::fleet {
namespace {

constexpr std::int64_t between_proofs_ms = 100;
constexpr std::int64_t proof_window_ms = 300;
constexpr std::int64_t between_attempts_ms = 1'000;

}  // namespace

PeerProof::Next PeerProof::on_hello(const Hello& hello) {
  if (hello.address != address_) return {Step::give_up, 0};
  if (hello.session != session_) return {is_identified_ ? Step::dead : Step::give_up, 0};
  is_identified_ = true;
  refusals_ = 0;
  return {Step::wait, 0};
}

PeerProof::Next PeerProof::on_goodbye() { return {Step::give_up, 0}; }

PeerProof::Next PeerProof::on_broken() {
  refusals_ = 0;
  return {Step::dial, is_identified_ ? 0 : between_attempts_ms};
}

PeerProof::Next PeerProof::on_refused(std::int64_t boot_ms) {
  if (!is_identified_) return {Step::dial, between_attempts_ms};
  std::rotate(refused_boot_ms_.begin(), refused_boot_ms_.begin() + 1, refused_boot_ms_.end());
  refused_boot_ms_.back() = boot_ms;
  ++refusals_;
  const bool is_proven = refusals_ >= refused_boot_ms_.size() && boot_ms - refused_boot_ms_.front() <= proof_window_ms;
  return is_proven ? Next{Step::dead, 0} : Next{Step::dial, between_proofs_ms};
}

PeerProof::Next PeerProof::on_no_answer() {
  refusals_ = 0;
  return {Step::dial, between_attempts_ms};
}

}  // namespace taskrunner::fleet
