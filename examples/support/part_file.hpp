#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string_view>

/// For the examples: a file that grows. Opens at the size already on disk.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& path) : file_(path, std::ios::binary | std::ios::app) {
    file_.exceptions(std::ios::failbit | std::ios::badbit);
    size_ = std::filesystem::file_size(path);
  }

  std::size_t size() const { return size_; }
  void append(std::string_view bytes) {
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
    size_ += bytes.size();
  }

 private:
  std::ofstream file_;
  std::size_t size_ = 0;
};
