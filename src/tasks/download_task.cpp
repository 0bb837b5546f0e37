#include "tasks/download_task.hpp"

#include "tasks/download_data.hpp"
#include "tasks/download_folder.hpp"
#include "tasks/download_run.hpp"

namespace taskrunner::tasks {
namespace {

class DownloadTask final : public BlockingTask {
 public:
  DownloadTask(DownloadData data, const std::filesystem::path& folder, std::shared_ptr<TransferLoop> transfers,
               std::shared_ptr<DownloadParts> parts)
      : data_(std::move(data)), folder_(folder), transfers_(std::move(transfers)), parts_(std::move(parts)) {}

  Json run_blocking(Context& context) override {
    const DownloadFolder folder(folder_);
    DownloadRun run(data_, folder, *transfers_, context);
    parts_->know(context.task().id);
    return run.run();
  }

 private:
  const DownloadData data_;
  const std::filesystem::path folder_;
  const std::shared_ptr<TransferLoop> transfers_;
  const std::shared_ptr<DownloadParts> parts_;
};

}  // namespace

DownloadFactory::DownloadFactory(std::filesystem::path folder, AddressPolicy allow, TransferOptions options)
    : folder_(std::move(folder)),
      transfers_(std::make_shared<TransferLoop>(std::move(allow), std::move(options))),
      parts_(std::make_shared<DownloadParts>(folder_)) {}

DownloadFactory::~DownloadFactory() = default;

void DownloadFactory::validate(NewTask& task) const { read_download_data(task.data); }

std::unique_ptr<Task> DownloadFactory::make(const TaskRecord& task) {
  try {
    return std::make_unique<DownloadTask>(read_download_data(task.data), folder_, transfers_, parts_);
  } catch (const Error& error) {
    throw Fail(error.what());  // such data stays wrong, however often it is tried
  }
}

}  // namespace taskrunner::tasks
