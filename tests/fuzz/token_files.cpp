#include <taskrunner/error.hpp>

#include <optional>
#include <string>

#include "auth/token_list.hpp"
#include "promise.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

std::optional<auth::TokenList> list_from(std::string_view text) {
  try {
    return auth::TokenList(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

/// What was read, written again, is read the same.
void token_files(std::string_view bytes) {
  const auto list = list_from(bytes);
  if (!list) return;
  const std::string text = list->text();
  const auto again = list_from(text);
  promise(again && again->text() == text);
}

}  // namespace taskrunner::fuzz
