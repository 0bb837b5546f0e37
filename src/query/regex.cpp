#include "query/regex.hpp"

#include "query/limits.hpp"

#include <taskrunner/error.hpp>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

namespace taskrunner {
namespace {

constexpr std::uint32_t max_nested_groups = 100;
constexpr std::uint32_t max_heap_kib = 20'000;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::invalid_argument, "$regex: " + why);
}

std::uint32_t flag_of(char option) {
  switch (option) {
    case 'i': return PCRE2_CASELESS;
    case 'm': return PCRE2_MULTILINE;
    case 's': return PCRE2_DOTALL;
    case 'x': return PCRE2_EXTENDED;
    case 'u': return PCRE2_UTF;
    default: refuse("unknown option '" + std::string(1, option) + "' (there are i, m, s, u and x)");
  }
}

std::string sorted_options(std::string_view options) {
  std::string sorted(options);
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

pcre2_code* compile(const std::string& pattern, const std::string& options) {
  // Callouts at each item let us count steps over all starting points; PCRE2's own match limit is for each of them.
  std::uint32_t flags = PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C;
  for (const char option : options) flags |= flag_of(option);
  const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(
      pcre2_compile_context_create(nullptr), &pcre2_compile_context_free);
  pcre2_set_parens_nest_limit(context.get(), max_nested_groups);
  int error = 0;
  PCRE2_SIZE place = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), flags, &error,
                                   &place, context.get());
  if (code) return code;
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(error, text, sizeof text);
  refuse(std::string(reinterpret_cast<const char*>(text)) + " (at byte " + std::to_string(place) + ")");
}

/// What one match has left to spend. A step costs one, and more where it ran over many characters.
struct Budget {
  std::int64_t steps;
  PCRE2_SIZE position = 0;
};

int spend(pcre2_callout_block* block, void* data) {
  constexpr PCRE2_SIZE characters_a_step = 16;
  auto& budget = *static_cast<Budget*>(data);
  if (block->current_position > budget.position)
    budget.steps -= static_cast<std::int64_t>((block->current_position - budget.position) / characters_a_step);
  budget.position = block->current_position;
  return --budget.steps < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

}  // namespace

Regex::Regex(std::string_view pattern, std::string_view options)
    : pattern_(pattern), options_(sorted_options(options)) {
  if (pattern.size() > limits::regex_bytes)
    refuse("the pattern is longer than " + std::to_string(limits::regex_bytes) + " bytes");
  if (pattern.find('\0') != std::string_view::npos) refuse("the pattern holds a NUL character");
  const std::shared_ptr<pcre2_code> code(compile(pattern_, options_), &pcre2_code_free);
  std::uint32_t back_references = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_BACKREFMAX, &back_references);
  has_back_references_ = back_references > 0;
  code_ = code;
}

bool Regex::found_in(std::string_view text) const {
  // A back reference may compare as many characters as the text has in one step.
  constexpr std::size_t characters_a_step = 64;
  Budget budget{limits::regex_steps};
  if (has_back_references_) budget.steps /= static_cast<std::int64_t>(1 + text.size() / characters_a_step);
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context(
      pcre2_match_context_create(nullptr), &pcre2_match_context_free);
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(pcre2_match_data_create(1, nullptr),
                                                                                  &pcre2_match_data_free);
  pcre2_set_callout(context.get(), &spend, &budget);
  pcre2_set_heap_limit(context.get(), max_heap_kib);
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  return pcre2_match(code, subject, text.size(), 0, 0, match.get(), context.get()) >= 0;
}

}  // namespace taskrunner
