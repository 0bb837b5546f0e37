#pragma once

#include "tasks/download_checkpoint.hpp"
#include "tasks/download_task.hpp"
#include "tasks/task_harness.hpp"
#include "tasks/test_origin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace taskrunner::tasks {

inline const std::string part_name = ".0123456789abcdef01234567.part";

inline TaskRecord record_of(Json data, Json checkpoint = {}) {
  TaskRecord record;
  record.id = ObjectId::from_hex("0123456789abcdef01234567").value();
  record.versioned_topic = "download#1";
  record.data = std::move(data);
  if (!checkpoint.is_null()) record.checkpoint = std::move(checkpoint);
  return record;
}

inline std::string etag_of(const std::filesystem::path& file) {
  struct stat info {};
  stat(file.c_str(), &info);
  char text[64];
  snprintf(text, sizeof text, "\"%lx-%lx\"", static_cast<unsigned long>(info.st_mtime), static_cast<unsigned long>(info.st_size));
  return text;
}

inline std::uint64_t spent_of(const TaskHarness& task) {
  return task.told.empty() ? 0 : static_cast<std::uint64_t>(task.told.back().at("spent").as_int64());
}

/// For tests: downloads from the project's nginx into a folder of their own.
class Download : public testing::Test {
 protected:
  TestOrigin& origin = TestOrigin::get();
  TestFolder folder;
  DownloadFactory factory{folder.path(), AddressPolicy::everything()};

  std::string served(const std::string& name) const {
    std::ifstream file(origin.root() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Json checkpoint_for(const std::string& validator, std::uint64_t size, const std::string& boot_id = current_boot_id()) const {
    DownloadCheckpoint checkpoint;
    checkpoint.validator = validator;
    checkpoint.total = 1 << 20;
    checkpoint.size = size;
    checkpoint.boot_id = boot_id;
    return checkpoint.json();
  }
  std::string run(TaskHarness& task) {
    task.start(factory);
    return task.wait();
  }
};

}  // namespace taskrunner::tasks
