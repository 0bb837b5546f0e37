#include "auth/ticket.hpp"

#include "base/base64.hpp"
#include "promise.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

const std::string secret(32, 's');

std::string signed_by_hand(std::string_view claims) {
  const std::string encoded = base64url_encode(claims);
  return encoded + '.' + base64url_encode(auth::bytes_of(auth::hmac_sha256(secret, "task-runner ticket 1\n" + encoded)));
}

}  // namespace

/// What was not signed is no ticket; a ticket that was read, written again, is read the same.
void tickets(std::string_view bytes) {
  const auth::TicketSigner signer(secret);
  promise(!signer.read(bytes));
  const auto ticket = signer.read(signed_by_hand(bytes));
  if (!ticket) return;
  const auto again = signer.read(signer.sign(*ticket));
  promise(again && again->task == ticket->task && again->audience == ticket->audience && again->nonce == ticket->nonce &&
          again->holder == ticket->holder && again->expires_at_ms == ticket->expires_at_ms);
}

}  // namespace taskrunner::fuzz
