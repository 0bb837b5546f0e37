#include "tasks/transfer_loop.hpp"

#include "tasks/transfer.hpp"

#include <future>
#include <new>
#include <utility>

namespace taskrunner::tasks {
namespace {

constexpr int longest_wait_ms = 1000;

CURLM* make_multi() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = initialised == CURLE_OK ? curl_multi_init() : nullptr;
  if (!multi) throw std::bad_alloc();
  return multi;
}

}  // namespace

TransferLoop::TransferLoop(AddressPolicy allow, TransferOptions options)
    : allow_(std::move(allow)), options_(std::move(options)), multi_(make_multi()) {}

TransferLoop::~TransferLoop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  if (thread_.joinable()) thread_.join();
  while (!transfers_.empty()) remove(transfers_.begin()->first);
  curl_multi_cleanup(multi_);
}

void TransferLoop::post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  curl_multi_wakeup(multi_);
}

TransferLoop::Id TransferLoop::start(TransferRequest request, TransferSink& sink) {
  Id id = 0;
  {
    std::lock_guard lock(mutex_);
    id = ++last_id_;
  }
  post([this, id, request = std::move(request), &sink] {
    auto transfer = std::make_unique<Transfer>(request, sink, allow_, options_);
    curl_easy_setopt(transfer->handle(), CURLOPT_PRIVATE, reinterpret_cast<void*>(id));
    curl_multi_add_handle(multi_, transfer->handle());
    transfers_.emplace(id, std::move(transfer));
  });
  return id;
}

void TransferLoop::cancel(Id id) {
  std::promise<void> done;
  post([this, id, &done] {
    remove(id);
    done.set_value();
  });
  done.get_future().wait();
}

void TransferLoop::pause(Id id) {
  post([this, id] {
    if (const auto found = transfers_.find(id); found != transfers_.end()) found->second->pause();
  });
}

void TransferLoop::resume(Id id) {
  post([this, id] {
    if (const auto found = transfers_.find(id); found != transfers_.end()) found->second->resume();
  });
}

void TransferLoop::run() {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    run_posted();
    int running = 0;
    curl_multi_perform(multi_, &running);
    take_ended();
    curl_multi_poll(multi_, nullptr, 0, longest_wait_ms, nullptr);
  }
}

void TransferLoop::run_posted() {
  std::vector<std::function<void()>> work;
  {
    std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (auto& one : work) one();
}

void TransferLoop::take_ended() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    void* id = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &id);
    const auto found = transfers_.find(reinterpret_cast<Id>(id));
    curl_multi_remove_handle(multi_, found->second->handle());
    const auto transfer = std::move(found->second);
    transfers_.erase(found);
    transfer->end(result);
  }
}

void TransferLoop::remove(Id id) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) return;
  curl_multi_remove_handle(multi_, found->second->handle());
  transfers_.erase(found);
}

}  // namespace taskrunner::tasks
