#include "tasks/download_checkpoint.hpp"

#include <algorithm>
#include <fstream>

namespace taskrunner::tasks {
namespace {

std::string text_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member && member->is_string() ? *member->if_string() : std::string();
}

std::optional<std::uint64_t> count_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  if (!member || !member->is_number() || !(member->as_double() >= 0 && member->as_double() < 9e18)) return std::nullopt;
  return static_cast<std::uint64_t>(member->as_double());
}

}  // namespace

DownloadCheckpoint DownloadCheckpoint::from(const Json& json) {
  DownloadCheckpoint checkpoint;
  if (!json.is_object()) return checkpoint;
  checkpoint.validator = text_of(json, "validator");
  checkpoint.total = count_of(json, "total");
  checkpoint.size = count_of(json, "size").value_or(0);
  checkpoint.boot_id = text_of(json, "bootId");
  checkpoint.active_ms = static_cast<std::int64_t>(count_of(json, "activeMs").value_or(0));
  checkpoint.finished_sha256 = text_of(json, "finishedSha256");
  return checkpoint;
}

Json DownloadCheckpoint::json() const {
  JsonObject object;
  object.set("validator", validator);
  if (total) object.set("total", *total);
  object.set("size", size);
  object.set("bootId", boot_id);
  object.set("activeMs", active_ms);
  if (!finished_sha256.empty()) object.set("finishedSha256", finished_sha256);
  return object;
}

std::uint64_t DownloadCheckpoint::trusted(std::uint64_t file_size, const std::string& boot_id_now,
                                          bool sum_is_checked) const {
  if (boot_id.empty()) return 0;  // nothing was saved: nobody knows whose bytes these are
  if (validator.empty() && !sum_is_checked) return 0;
  const auto there = boot_id == boot_id_now ? file_size : std::min(file_size, size);
  return total && there > *total ? 0 : there;
}

std::string current_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id.empty() ? "unknown" : id;
}

}  // namespace taskrunner::tasks
