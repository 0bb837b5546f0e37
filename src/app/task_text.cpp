#include "app/task_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace taskrunner::app {
namespace {

std::string word(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (!member || member->is_null()) return {};
  return member->is_string() ? member->as_string() : member->dump();
}

std::optional<double> number(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (!member || !member->is_number()) return std::nullopt;
  return member->as_double();
}

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string progress_cell(const Json& task) {
  const Json* progress = task.find("progress");
  const auto fraction = progress ? progress_fraction(*progress) : std::nullopt;
  return fraction ? fmt::format("{:.0f} %", std::floor(*fraction * 100)) : "";
}

constexpr std::size_t columns = 6;
using Row = std::array<std::string, columns>;

Row row_of(const Json& task) {
  const Json* data = task.find("data");
  return {word(task, "id"), state_text(task), word(task, "versionedTopic"), progress_cell(task), word(task, "createdAt"),
          data ? data->dump() : ""};
}

void append_row(std::string& out, const Row& row, const std::array<std::size_t, columns>& widths, std::size_t width) {
  std::string line;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::string cell = fit(row[i], i + 1 < columns ? 40 : 1'000);
    line += cell;
    if (i + 1 < columns) line.append(widths[i] + 2 - std::min(characters_of(cell), widths[i]), ' ');
  }
  while (line.ends_with(' ')) line.pop_back();
  out += width ? fit(line, width) : line;
  out += '\n';
}

}  // namespace

std::string bytes_text(double bytes) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

std::string seconds_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(std::clamp(seconds, 0.0, 1e9)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string state_text(const Json& task) {
  const std::string state = word(task, "state");
  const std::string outcome = word(task, "outcome");
  return state == "completed" && !outcome.empty() ? outcome : state;
}

bool has_ended(const Json& task) { return word(task, "state") == "completed"; }

bool has_succeeded(const Json& task) {
  if (!has_ended(task)) return false;
  if (task.find("outcome")) return word(task, "outcome") == "success";
  const Json* response = task.find("response");
  return !response || word(*response, "state") != "error";
}

std::string failure_text(const Json& task) {
  if (const Json* response = task.find("response"))
    if (const std::string error = word(*response, "error"); !error.empty()) return error;
  if (const Json* errors = task.find("errors"); errors && errors->is_array() && !errors->as_array().empty())
    return word(errors->as_array().back(), "error");
  return state_text(task);
}

std::optional<double> progress_fraction(const Json& progress) {
  const auto spent = number(progress, "spent");
  const auto total = number(progress, "total");
  if (!spent || !total || *total <= 0) return std::nullopt;
  return std::clamp(*spent / *total, 0.0, 1.0);
}

std::string fit(std::string_view text, std::size_t characters) {
  std::string out;
  std::size_t seen = 0;
  const bool is_long = characters_of(text) > characters;
  for (const char c : text) {
    if ((c & 0xC0) != 0x80 && ++seen >= characters && is_long) return out + "…";
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out;
}

std::string task_table(const JsonArray& tasks, std::size_t width) {
  std::vector<Row> rows{{"ID", "STATE", "TOPIC", "PROGRESS", "CREATED", "DATA"}};
  for (const Json& task : tasks) rows.push_back(row_of(task));
  std::array<std::size_t, columns> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], characters_of(fit(row[i], 40)));
  std::string out;
  for (const Row& row : rows) append_row(out, row, widths, width);
  return out;
}

std::string task_details(const Json& task) {
  std::string out;
  if (const JsonObject* members = task.if_object())
    for (const auto& [name, value] : *members)
      out += fmt::format("{:<17} {}\n", name, value.is_string() ? fit(value.as_string(), 10'000) : value.dump());
  return out;
}

}  // namespace taskrunner::app
