#include "fleet/watch_line.hpp"

namespace taskrunner::fleet {
namespace {

constexpr std::string_view hello_word = "hello ";
constexpr std::string_view goodbye_word = "goodbye";
constexpr std::size_t id_digits = 2 * ObjectId::size_bytes;

}  // namespace

std::string to_text(const WatchLine& line) {
  const auto* const hello = std::get_if<Hello>(&line);
  if (!hello) return std::string(goodbye_word) + "\n";
  return std::string(hello_word) + hello->session.hex() + " " + hello->address + "\n";
}

std::optional<WatchLine> parse_watch_line(std::string_view text) {
  if (text == goodbye_word) return Goodbye{};
  if (!text.starts_with(hello_word)) return std::nullopt;
  text.remove_prefix(hello_word.size());
  if (text.size() < id_digits + 2 || text[id_digits] != ' ') return std::nullopt;
  const auto session = ObjectId::from_hex(text.substr(0, id_digits));
  if (!session) return std::nullopt;
  return Hello{*session, std::string(text.substr(id_digits + 1))};
}

}  // namespace taskrunner::fleet
