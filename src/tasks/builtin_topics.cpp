#include "tasks/builtin_topics.hpp"

#include "tasks/download_task.hpp"
#include "tasks/noop_task.hpp"
#include "tasks/sleep_task.hpp"

namespace taskrunner::tasks {

void register_builtin_topics(const RegisterTopic& register_topic, const BuiltinOptions& options) {
  TopicOptions pausable;
  pausable.max_running = options.max_running;
  pausable.pausable = true;
  TopicOptions plain = pausable;
  plain.pausable = false;
  register_topic("download#1", std::make_shared<DownloadFactory>(options.download_dir, options.download_allow), pausable);
  register_topic("sleep#1", std::make_shared<SleepFactory>(), pausable);
  register_topic("noop#1", std::make_shared<NoopFactory>(), plain);
}

}  // namespace taskrunner::tasks
