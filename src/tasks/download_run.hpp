#pragma once

#include <taskrunner/context.hpp>

#include "tasks/download_checkpoint.hpp"
#include "tasks/download_data.hpp"
#include "tasks/download_folder.hpp"
#include "tasks/part_file.hpp"
#include "tasks/speed_meter.hpp"
#include "tasks/transfer_loop.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace taskrunner::tasks {

/// One run of a download, on a thread of its own (it hashes, syncs and renames); the bytes are written by the
/// transfer thread. Unwinds by Stopped, Fail or Error, with no transfer left behind.
class DownloadRun final : private TransferSink {
 public:
  DownloadRun(const DownloadData& data, const DownloadFolder& folder, TransferLoop& transfers, Context& context);
  Json run();

 private:
  enum class Outcome : std::uint8_t { complete, ask_whole, broken_while_paused };

  // On the transfer thread.
  bool on_head(const AnswerHead& head) override;
  bool on_body(std::string_view bytes) override;
  void on_end(const TransferEnd& end) override;
  bool refuse(Verdict verdict, std::string why);
  void take_file(const AnswerHead& head);

  // On the body's thread.
  std::optional<Json> already_there();
  void prepare_part();
  void transfer_all();
  Outcome transfer_once();
  void follow(TransferLoop::Id id);
  void rest(TransferLoop::Id id);
  Outcome outcome_of_end();
  void tell_progress(std::uint64_t spent);
  void save_if_due();
  void save(const std::string& finished_sha256 = {});
  Json finish();
  Json response(std::uint64_t bytes, const std::string& sha256) const;
  std::int64_t active_ms() const;
  bool keep_on() const { return !context_.stop_token().stop_requested(); }

  const DownloadData& data_;
  TransferLoop& transfers_;
  Context& context_;
  const DownloadCheckpoint before_;
  const std::string boot_id_;
  const DownloadFolder::Place place_;
  PartFile part_;
  SpeedMeter speed_;
  std::int64_t active_since_ms_ = 0;  ///< 0: not transferring
  std::int64_t active_ms_ = 0;
  std::int64_t saved_at_ms_ = 0;
  bool was_paused_ = false;
  bool resumed_ = false;

  std::mutex mutex_;  ///< what follows is shared with the transfer thread
  std::condition_variable changed_;
  AskedPart file_;  ///< of which file the part is
  bool head_came_ = false;
  std::optional<TransferEnd> end_;
  Verdict verdict_ = Verdict::append;
  std::string why_;
};

}  // namespace taskrunner::tasks
