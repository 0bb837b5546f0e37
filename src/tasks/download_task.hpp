#pragma once

#include <taskrunner/task.hpp>

#include "tasks/address_policy.hpp"
#include "tasks/download_parts.hpp"
#include "tasks/transfer_loop.hpp"

#include <filesystem>
#include <memory>

namespace taskrunner::tasks {

/// `download#1`: data `{url, path?, sha256?, bytesPerSecond?}`, response `{path, bytes, sha256, seconds}`.
///
/// Until it is complete the file is `.<task id>.part` in the folder where it will lie; only then it gets its name, in one step
/// and never over another file. An operator's stop and a failure for good remove the part; a retried error, a drain
/// and a crash keep it, and the next run goes on from it where the server still has the same file.
class DownloadFactory final : public TaskFactory {
 public:
  DownloadFactory(std::filesystem::path folder, AddressPolicy allow, TransferOptions options = {});
  ~DownloadFactory() override;

  void validate(NewTask& task) const override;
  std::unique_ptr<Task> make(const TaskRecord& task) override;
  /// Of all its downloads.
  std::shared_ptr<DownloadParts> parts() const { return parts_; }

 private:
  const std::filesystem::path folder_;
  const std::shared_ptr<TransferLoop> transfers_;
  const std::shared_ptr<DownloadParts> parts_;
};

}  // namespace taskrunner::tasks
