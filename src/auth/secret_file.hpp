#pragma once

#include "auth/token_list.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace taskrunner::auth {

// Files that hold what others must not have. Each throws Error{invalid_argument} that names the file and the reason.

/// What a file of at most 8 MiB holds.
std::string read_secret_file(const std::string& path);
/// A secret of 32 bytes or more; a line's end behind it does not count.
std::string read_shared_secret(const std::string& path);
TokenList read_token_file(const std::string& path);

/// Nobody but the owner can read it or write to it.
bool is_private_file(const std::string& path);

/// Replaces the text of a file (empty where there is none) by what `change` makes of it: in one step, so that a reader
/// sees either; on disk when it returns; with mode 0600. Changes by several processes come one after the other.
void change_private_file(const std::string& path, const std::function<std::string(std::string_view text)>& change);

}  // namespace taskrunner::auth
