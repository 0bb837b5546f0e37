#include "tasks/builtin_topics.hpp"

#include "tasks/download_task.hpp"
#include "tasks/noop_task.hpp"
#include "tasks/sleep_task.hpp"

namespace taskrunner::tasks {

std::shared_ptr<DownloadParts> register_builtin_topics(const RegisterTopic& register_topic, const BuiltinOptions& options) {
  TopicOptions pausable;
  pausable.max_running = options.max_running;
  pausable.pausable = true;
  TopicOptions plain = pausable;
  plain.pausable = false;
  TransferOptions transfers;
  transfers.ca_file = options.ca_file;
  const auto downloads = std::make_shared<DownloadFactory>(options.download_dir, options.download_allow, std::move(transfers));
  register_topic("download#1", downloads, pausable);
  register_topic("sleep#1", std::make_shared<SleepFactory>(), pausable);
  register_topic("noop#1", std::make_shared<NoopFactory>(), plain);
  return downloads->parts();
}

}  // namespace taskrunner::tasks
