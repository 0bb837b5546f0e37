#include "tasks/http_answer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace taskrunner::tasks {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.begin(), text.end(), value);
  if (problem != std::errc() || end != text.end()) return std::nullopt;
  return value;
}

// "HTTP/1.1 206 Partial Content", "HTTP/2 200"
int status_of(std::string_view line) {
  const auto space = line.find(' ');
  return space == std::string_view::npos ? 0 : number<int>(line.substr(space + 1, 3)).value_or(0);
}

// "bytes 5-9/10", "bytes 5-9/*"
void take_content_range(AnswerHead& head, std::string_view value) {
  if (value.size() < 6 || !same_word(value.substr(0, 6), "bytes ")) return;
  const auto dash = value.find('-');
  const auto slash = value.find('/');
  if (slash == std::string_view::npos) return;
  if (dash != std::string_view::npos) head.first_byte = number<std::uint64_t>(trimmed(value.substr(6, dash - 6)));
  head.total = number<std::uint64_t>(value.substr(slash + 1));
}

bool is_for_now(int status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

// By If-Range the server has promised that a part is of the same file; where it says which file, it is held to it.
bool is_same_file(const AskedPart& asked, const AnswerHead& answer) {
  if (asked.total && answer.total && *asked.total != *answer.total) return false;
  if (asked.validator.empty()) return true;
  if (answer.is_ftp) return false;
  const auto now = asked.validator.starts_with('"') ? answer.etag : answer.last_modified;
  return now.empty() || now == asked.validator;
}

}  // namespace

void AnswerHead::take_line(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("HTTP/")) {
    *this = {};
    status = status_of(line);
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (same_word(name, "etag")) etag = value;
  if (same_word(name, "last-modified")) last_modified = value;
  if (same_word(name, "content-range")) take_content_range(*this, value);
  if (same_word(name, "content-length") && status == 200) total = number<std::uint64_t>(value);
}

std::string AnswerHead::validator() const { return etag.starts_with('"') ? etag : last_modified; }

Verdict judge(const AskedPart& asked, const AnswerHead& answer) {
  if (answer.status == 200) return asked.from > 0 ? Verdict::start_over : Verdict::append;
  if (answer.status == 206 && asked.from > 0)
    return answer.first_byte == asked.from && is_same_file(asked, answer) ? Verdict::append : Verdict::ask_whole;
  if (answer.status == 416 && asked.from > 0) return Verdict::ask_whole;
  return is_for_now(answer.status) ? Verdict::fail_for_now : Verdict::fail;
}

std::string status_text(int status) {
  static constexpr std::pair<int, const char*> known[] = {
      {204, "No Content"},       {206, "Partial Content"},        {400, "Bad Request"},
      {401, "Unauthorized"},     {403, "Forbidden"},              {404, "Not Found"},
      {408, "Request Timeout"},  {410, "Gone"},                   {416, "Range Not Satisfiable"},
      {425, "Too Early"},        {429, "Too Many Requests"},      {500, "Internal Server Error"},
      {502, "Bad Gateway"},      {503, "Service Unavailable"},    {504, "Gateway Timeout"}};
  const auto* found = std::ranges::find(known, status, &std::pair<int, const char*>::first);
  return std::to_string(status) + (found == std::end(known) ? "" : std::string(" ") + found->second);
}

}  // namespace taskrunner::tasks
