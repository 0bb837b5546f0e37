#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::tasks {

/// The head of an answer, as far as a download cares. Source: RFC 9110.
struct AnswerHead {
  int status = 0;
  bool is_ftp = false;
  std::string etag;
  std::string last_modified;
  std::optional<std::uint64_t> first_byte;  ///< of a part (206)
  std::optional<std::uint64_t> total;       ///< size of the whole file, where the server says it

  /// One header line, with or without its line break. A status line begins anew (after a redirect, after a 1xx).
  void take_line(std::string_view line);
  /// What may stand in If-Range: a strong ETag, else Last-Modified, else nothing.
  std::string validator() const;
};

/// What was asked for.
struct AskedPart {
  std::uint64_t from = 0;
  std::string validator;               ///< of the file that the first `from` bytes belong to
  std::optional<std::uint64_t> total;  ///< of that file
};

enum class Verdict : std::uint8_t {
  append,       ///< what follows belongs behind the bytes that are there
  start_over,   ///< what follows is the whole file: drop what is there
  ask_whole,    ///< the part is not of that file: drop what is there and ask anew for the whole
  fail,         ///< no repeat helps
  fail_for_now,
};

/// What an answer means to who asked for that part. Pure.
Verdict judge(const AskedPart& asked, const AnswerHead& answer);

/// "404 Not Found".
std::string status_text(int status);

}  // namespace taskrunner::tasks
