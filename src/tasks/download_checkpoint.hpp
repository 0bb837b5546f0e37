#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace taskrunner::tasks {

/// What a download saves to go on from: of which file on the server its bytes are, and how many are surely there.
///
/// `size` bytes were synced to the disk. Beyond them the part file is trusted too while the machine has not been
/// started anew (`boot_id` is the same): a killed process leaves its writes in the system's cache, a power cut does not.
struct DownloadCheckpoint {
  std::string validator;  ///< for If-Range: strong ETag or Last-Modified; may be empty
  std::optional<std::uint64_t> total;
  std::uint64_t size = 0;
  std::string boot_id;
  std::int64_t active_ms = 0;  ///< time spent transferring
  std::string finished_sha256;  ///< set before the file gets its name: what lies there with this sum is ours

  static DownloadCheckpoint from(const Json& json);
  Json json() const;
  /// How much of a part file of that size may be kept. Without a validator nothing tells whether the file on the
  /// server is still that one, so only where the sum is checked in the end.
  std::uint64_t trusted(std::uint64_t file_size, const std::string& boot_id_now, bool sum_is_checked) const;
};

/// The id of this start of the machine.
std::string current_boot_id();

}  // namespace taskrunner::tasks
