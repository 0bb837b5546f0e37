#include "tasks/download_run.hpp"

#include "base/clock.hpp"

#include <chrono>
#include <cmath>
#include <utility>

namespace taskrunner::tasks {
namespace {

constexpr auto look_each = std::chrono::milliseconds(100);
constexpr std::int64_t save_each_ms = 5'000;

std::int64_t now_ms() { return system_clock().boot_ms(); }

}  // namespace

DownloadRun::DownloadRun(const DownloadData& data, const DownloadFolder& folder, TransferLoop& transfers, Context& context)
    : data_(data),
      transfers_(transfers),
      context_(context),
      before_(DownloadCheckpoint::from(context.checkpoint_data())),
      boot_id_(current_boot_id()),
      place_(folder.place_of(data.path)),
      part_(place_.folder.get(), part_name_of(context.task().id)),
      active_ms_(before_.active_ms) {}

Json DownloadRun::run() {
  try {
    if (auto done = already_there()) return *std::move(done);
    prepare_part();
    transfer_all();
    return finish();
  } catch (const Fail&) {
    part_.remove();
    throw;
  } catch (...) {
    if (context_.stop_asked()) part_.remove();
    throw;
  }
}

// The file has its name: by an earlier run that did not come to say so, or it is the very one asked for.
std::optional<Json> DownloadRun::already_there() {
  const auto content = DownloadFolder::content_of(place_, [this] { return keep_on(); });
  if (!content) return std::nullopt;
  const auto& wanted = data_.sha256.empty() ? before_.finished_sha256 : data_.sha256;
  if (content->sha256 != wanted)
    throw Fail("'" + data_.path + "' exists already" + (wanted.empty() ? "" : ", and its sha256 is " + content->sha256));
  part_.remove();
  context_.log("'" + data_.path + "' is there already, with the right sum");
  return response(content->bytes, content->sha256);
}

void DownloadRun::prepare_part() {
  const auto kept = before_.trusted(part_.size(), boot_id_, !data_.sha256.empty());
  if (kept > 0) {
    file_ = {kept, before_.validator, before_.total};
    resumed_ = true;
    context_.log("going on after " + std::to_string(kept) + " bytes");
    tell_progress(kept);  // before the hashing, which takes its time
  }
  part_.keep_first(kept, [this] { return keep_on(); });
}

void DownloadRun::transfer_all() {
  for (int whole_asked = 0;;) {
    file_.from = part_.size();
    if (file_.from > 0 && file_.total == file_.from) return;
    switch (transfer_once()) {
      case Outcome::complete: return;
      case Outcome::broken_while_paused:
        if (file_.validator.empty() && data_.sha256.empty()) part_.clear();
        resumed_ = part_.size() > 0;
        break;
      case Outcome::ask_whole:
        if (++whole_asked > 1) throw Error(ErrorCode::unavailable, "the server's answers to a part do not fit its file");
        context_.log("the file has changed on the server: starting over", TaskLogLevel::warning);
        part_.clear();
        file_ = {};
        resumed_ = false;
    }
  }
}

DownloadRun::Outcome DownloadRun::transfer_once() {
  head_came_ = false;
  end_.reset();
  why_.clear();
  verdict_ = Verdict::append;
  was_paused_ = false;
  TransferRequest request{data_.url, file_.from, file_.validator, data_.bytes_per_second};
  const auto id = transfers_.start(std::move(request), *this);
  active_since_ms_ = now_ms();
  try {
    follow(id);
  } catch (...) {
    transfers_.cancel(id);
    throw;
  }
  active_ms_ = active_ms();
  active_since_ms_ = 0;
  return outcome_of_end();
}

void DownloadRun::follow(TransferLoop::Id id) {
  const std::stop_callback wake_on_stop(context_.stop_token(), [this] {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  for (;;) {
    bool ended = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, look_each, [this] { return end_ || !keep_on(); });
      ended = end_.has_value();
    }
    if (!keep_on()) throw Stopped();
    tell_progress(part_.size());
    if (ended) return;
    save_if_due();
    if (context_.pause_requested()) rest(id);
  }
}

// The connection rests, so that also servers without Range can be paused. One that broke meanwhile is made anew.
void DownloadRun::rest(TransferLoop::Id id) {
  transfers_.pause(id);
  active_ms_ = active_ms();
  active_since_ms_ = 0;
  was_paused_ = true;
  save();
  context_.checkpoint_blocking();
  speed_.restart();
  active_since_ms_ = now_ms();
  transfers_.resume(id);
}

DownloadRun::Outcome DownloadRun::outcome_of_end() {
  std::lock_guard lock(mutex_);
  if (verdict_ == Verdict::ask_whole) return Outcome::ask_whole;
  if (verdict_ == Verdict::fail) throw Fail(why_);
  if (end_->kind == TransferEnd::Kind::refused) throw Error(ErrorCode::unavailable, why_);
  if (end_->kind == TransferEnd::Kind::forbidden) throw Fail(end_->error);
  if (end_->kind == TransferEnd::Kind::complete) return Outcome::complete;
  if (was_paused_ && head_came_) return Outcome::broken_while_paused;
  throw Error(ErrorCode::unavailable, end_->error);
}

void DownloadRun::tell_progress(std::uint64_t spent) {
  speed_.add(now_ms(), spent);
  JsonObject progress;
  progress.set("spent", spent);
  std::optional<std::uint64_t> total;
  {
    std::lock_guard lock(mutex_);
    if (!head_came_ && file_.from == 0) return;
    total = file_.total;
  }
  if (total) progress.set("total", *total);
  const double speed = speed_.bytes_per_second();
  progress.set("bytesPerSecond", static_cast<std::int64_t>(speed));
  if (total && speed > 0) progress.set("etaSeconds", std::ceil(static_cast<double>(*total - std::min(*total, spent)) / speed));
  context_.progress(std::move(progress));
}

void DownloadRun::save_if_due() {
  {
    std::lock_guard lock(mutex_);
    if (!head_came_) return;
  }
  if (saved_at_ms_ != 0 && now_ms() - saved_at_ms_ < save_each_ms) return;
  save();
}

void DownloadRun::save(const std::string& finished_sha256) {
  DownloadCheckpoint checkpoint;
  checkpoint.size = part_.size();
  part_.sync();
  {
    std::lock_guard lock(mutex_);
    if (!head_came_ && file_.from == 0) return;
    checkpoint.validator = file_.validator;
    checkpoint.total = file_.total;
  }
  checkpoint.boot_id = boot_id_;
  checkpoint.active_ms = active_ms();
  checkpoint.finished_sha256 = finished_sha256;
  saved_at_ms_ = now_ms();
  context_.save_blocking(checkpoint.json());
}

Json DownloadRun::finish() {
  const auto sha256 = part_.sha256();
  const auto bytes = part_.size();
  if (!data_.sha256.empty() && sha256 != data_.sha256) {
    part_.remove();
    const std::string text = "the sha256 is " + sha256 + " and not the one asked for";
    // Of bytes from two connections the whole, from one, may still be right.
    if (resumed_) throw Error(ErrorCode::unavailable, text + ": starting over");
    throw Fail(text);
  }
  save(sha256);
  if (!DownloadFolder::publish(part_.name(), place_)) {
    const auto content = DownloadFolder::content_of(place_, [this] { return keep_on(); });
    if (data_.sha256.empty() || !content || content->sha256 != sha256) throw Fail("'" + data_.path + "' exists already");
    part_.remove();
  }
  return response(bytes, sha256);
}

Json DownloadRun::response(std::uint64_t bytes, const std::string& sha256) const {
  return Json{{"path", data_.path}, {"bytes", bytes}, {"sha256", sha256}, {"seconds", static_cast<double>(active_ms()) / 1000.0}};
}

std::int64_t DownloadRun::active_ms() const {
  return active_ms_ + (active_since_ms_ == 0 ? 0 : now_ms() - active_since_ms_);
}

bool DownloadRun::on_head(const AnswerHead& head) {
  std::lock_guard lock(mutex_);
  const auto verdict = judge(file_, head);
  if (verdict == Verdict::ask_whole) return refuse(verdict, "");
  if (verdict == Verdict::fail || verdict == Verdict::fail_for_now)
    return refuse(verdict, "the server answered " + status_text(head.status));
  try {
    if (verdict == Verdict::start_over) {
      part_.clear();
      file_ = {};
      resumed_ = false;
    }
    take_file(head);
  } catch (const std::exception& error) {
    return refuse(Verdict::fail_for_now, error.what());
  }
  head_came_ = true;
  return true;
}

bool DownloadRun::refuse(Verdict verdict, std::string why) {
  verdict_ = verdict;
  why_ = std::move(why);
  return false;
}

void DownloadRun::take_file(const AnswerHead& head) {
  if (head.total) file_.total = head.total;
  if (file_.from == 0) file_.validator = head.validator();
  const auto missing = file_.total.value_or(0) - std::min(file_.total.value_or(0), part_.size());
  const auto free = DownloadFolder::free_bytes(place_);
  if (missing > free)
    throw Error(ErrorCode::unavailable, "the download wants " + std::to_string(missing) + " bytes more, and the disk has " +
                                            std::to_string(free) + " free");
}

bool DownloadRun::on_body(std::string_view bytes) {
  try {
    part_.append(bytes);
    return true;
  } catch (const std::exception& error) {
    std::lock_guard lock(mutex_);
    return refuse(Verdict::fail_for_now, error.what());
  }
}

void DownloadRun::on_end(const TransferEnd& end) {
  std::lock_guard lock(mutex_);
  end_ = end;
  changed_.notify_all();
}

}  // namespace taskrunner::tasks
