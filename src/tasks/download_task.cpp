#include "tasks/download_task.hpp"

#include "tasks/download_data.hpp"
#include "tasks/download_folder.hpp"
#include "tasks/download_run.hpp"
#include "tasks/transfer_loop.hpp"

namespace taskrunner::tasks {
namespace {

class DownloadTask final : public BlockingTask {
 public:
  DownloadTask(DownloadData data, const std::filesystem::path& folder, std::shared_ptr<TransferLoop> transfers)
      : data_(std::move(data)), folder_(folder), transfers_(std::move(transfers)) {}

  Json run_blocking(Context& context) override {
    const DownloadFolder folder(folder_);
    return DownloadRun(data_, folder, *transfers_, context).run();
  }

 private:
  const DownloadData data_;
  const std::filesystem::path folder_;
  const std::shared_ptr<TransferLoop> transfers_;
};

}  // namespace

DownloadFactory::DownloadFactory(std::filesystem::path folder, AddressPolicy allow)
    : folder_(std::move(folder)), transfers_(std::make_shared<TransferLoop>(std::move(allow))) {}

DownloadFactory::~DownloadFactory() = default;

void DownloadFactory::validate(NewTask& task) const { read_download_data(task.data); }

std::unique_ptr<Task> DownloadFactory::make(const TaskRecord& task) {
  try {
    return std::make_unique<DownloadTask>(read_download_data(task.data), folder_, transfers_);
  } catch (const Error& error) {
    throw Fail(error.what());  // such data stays wrong, however often it is tried
  }
}

}  // namespace taskrunner::tasks
