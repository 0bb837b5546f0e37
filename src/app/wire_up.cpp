#include "app/wire_up.hpp"

#include <taskrunner/taskrunner.hpp>

#include "app/config.hpp"
#include "app/security_check.hpp"
#include "base/log.hpp"
#include "store/open_store.hpp"
#include "tasks/builtin_topics.hpp"
#include "tasks/part_sweeper.hpp"

#include <algorithm>

namespace taskrunner::app {
namespace {

/// Who can only be reached from this machine serves its own user, who can reach everything anyway.
tasks::AddressPolicy download_policy(const ServeOptions& options) {
  if (!options.download_allow.empty()) return tasks::AddressPolicy::only(options.download_allow);
  const bool is_open = options.runner.security.authentication == Authentication::none && is_loopback_listen(options.runner.listen);
  return is_open ? tasks::AddressPolicy::everything() : tasks::AddressPolicy::public_only();
}

bool is_wanted(const ServeOptions& options, const std::string& topic) {
  return options.topics.empty() || std::find(options.topics.begin(), options.topics.end(), topic) != options.topics.end();
}

std::shared_ptr<tasks::DownloadParts> register_topics(TaskRunner& runner, const ServeOptions& options) {
  tasks::BuiltinOptions builtin;
  builtin.download_dir = options.download_dir;
  builtin.download_allow = download_policy(options);
  builtin.ca_file = process_environment()("SSL_CERT_FILE").value_or("");
  const auto register_topic = [&](std::string topic, std::shared_ptr<TaskFactory> factory, TopicOptions topic_options) {
    if (is_wanted(options, topic)) runner.handle(std::move(topic), std::move(factory), topic_options);
  };
  return tasks::register_builtin_topics(register_topic, builtin);
}

}  // namespace

int serve(const ServeOptions& options) {
  check_security(options.runner.security, options.runner.listen);  // before anything is opened or made
  TaskRunner runner(options.runner);
  const auto parts = register_topics(runner, options);
  const tasks::PartSweeper sweeper(parts, [&runner](const ObjectId& id) { return runner.get(id); });
  // The port itself: where any free one was asked for, this line is how one learns it.
  const std::string address = options.runner.listen.substr(0, options.runner.listen.rfind(':'));
  runner.run([&] {
    const std::string_view scheme = options.runner.security.tls_cert.empty() ? "http" : "https";
    log_info("{}: the page is at {}://{}:{}/, tasks are in {}", runner.instance(), scheme, address, runner.port(),
             store::shown_url(options.runner.store));
  });
  log_info("{}: ended", runner.instance());
  return 0;
}

}  // namespace taskrunner::app
