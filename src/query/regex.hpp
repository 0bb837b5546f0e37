#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace taskrunner {

/// A regular expression of PCRE2, as MongoDB has them: always UTF-8, options out of `imsux`. Immutable; usable from any
/// thread. Matching costs a bounded number of steps, however the expression and the string were made.
class Regex {
 public:
  /// Throws Error{invalid_argument} with PCRE2's own words and the place.
  Regex(std::string_view pattern, std::string_view options);

  /// The pattern occurs in `text`. False where finding out takes more than limits::regex_steps, and where `text` is
  /// no UTF-8.
  bool found_in(std::string_view text) const;

  const std::string& pattern() const { return pattern_; }
  /// Sorted, each once.
  const std::string& options() const { return options_; }

 private:
  std::string pattern_;
  std::string options_;
  std::shared_ptr<const void> code_;  // pcre2_code
  bool has_back_references_ = false;
};

}  // namespace taskrunner
