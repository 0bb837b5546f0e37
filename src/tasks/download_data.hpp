#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::tasks {

/// The data of a download task, checked.
struct DownloadData {
  std::string url;
  std::string path;    ///< relative, '/' between its parts, below the download folder
  std::string sha256;  ///< 64 lower-case hexadecimal digits, or empty
  std::int64_t bytes_per_second = 0;  ///< 0: no limit
};

/// Error{invalid_argument} that names the member and what is wrong with it. Pure.
DownloadData read_download_data(const std::optional<Json>& data);

/// A safe file name from the last part of a URL's path.
std::string default_path(const std::string& url);

}  // namespace taskrunner::tasks
